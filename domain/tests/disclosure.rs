//! The rules of suppression on tables small enough to check by eye, and as laws on random ones.

use domain::disclosure::{Grain, Marks, Shape, Slice, Table, Tree};
use domain::period::Period;
use proptest::prelude::*;

const THRESHOLD: i64 = 10;

/// Counts of one slice from what each unit has by itself.
fn slice(tree: &Tree, own: &[i64]) -> Slice {
    let mut respondents = own.to_vec();
    tree.roll_up(&mut respondents);
    Slice {
        responses: respondents.clone(),
        respondents,
    }
}

fn hidden_units(tree: &Tree, own: &[i64]) -> Vec<usize> {
    let shape = Shape::new([Period::Campaign], 0, Grain::Campaign);
    let slices = [slice(tree, own)];
    let table = Table {
        tree,
        shape: &shape,
        slices: &slices,
        threshold: THRESHOLD,
    };
    let none = Marks::new(1, tree.len());
    let hidden = table.suppress(&none, &none);
    (0..tree.len()).filter(|&unit| hidden.get(0, unit)).collect()
}

/// The country, two provinces, three communes in the first and two in the second.
fn country() -> Tree {
    Tree::new(vec![
        None,
        Some(0),
        Some(0),
        Some(1),
        Some(1),
        Some(1),
        Some(2),
        Some(2),
    ])
    .expect("in order")
}

#[test]
fn one_small_commune_takes_the_smallest_sibling_with_it() {
    assert_eq!(hidden_units(&country(), &[0, 0, 0, 40, 3, 25, 50, 60]), [4, 5]);
}

#[test]
fn hidden_siblings_must_reach_the_threshold_together() {
    assert_eq!(hidden_units(&country(), &[0, 0, 0, 40, 3, 6, 50, 60]), [3, 4, 5]);
    assert_eq!(hidden_units(&country(), &[0, 0, 0, 40, 4, 6, 50, 60]), [4, 5]);
}

#[test]
fn where_nothing_can_hide_with_it_the_sum_is_hidden() {
    // The second commune of province 2 is alone with its few people and the other has none: the province is
    // as small, so province 1 hides with it, and the country has nothing shown below.
    assert_eq!(
        hidden_units(&country(), &[0, 0, 0, 40, 30, 25, 0, 4]),
        [1, 2, 3, 4, 5, 7]
    );
}

#[test]
fn people_of_the_unit_itself_are_a_child_never_shown() {
    // The province's own desk had 3 people: province less communes would show them.
    assert_eq!(hidden_units(&country(), &[0, 3, 0, 40, 30, 25, 50, 60]), [5]);
    // Twelve may be subtracted, and they hide a small commune.
    assert_eq!(
        hidden_units(&country(), &[0, 12, 0, 40, 30, 25, 50, 60]),
        [0_usize; 0]
    );
    assert_eq!(hidden_units(&country(), &[0, 12, 0, 40, 3, 25, 50, 60]), [4]);
    // A correction row takes back people counted in two units below.
    assert_eq!(
        hidden_units(&country(), &[-2, 0, 0, 40, 30, 25, 50, 60]),
        [1, 3, 4, 5]
    );
}

struct Grid {
    tree: Tree,
    shape: Shape,
    slices: Vec<Slice>,
}

impl Grid {
    /// `own[unit][month][class]` over the four months of a quarter and one of the next, with two classes.
    fn new(tree: Tree, own: &[[[i64; 2]; 4]]) -> Self {
        let months = [7, 8, 9, 10].map(|month| Period::Month(2026, month));
        let periods = months
            .into_iter()
            .flat_map(|month| std::iter::once(month).chain(month.containing().collect::<Vec<_>>()));
        let shape = Shape::new(periods, 2, Grain::Quarter);
        let slices = shape
            .keys()
            .iter()
            .map(|&(period, class)| {
                let of_unit = |cells: &[[i64; 2]; 4]| -> i64 {
                    (0..4)
                        .filter(|&month| period.contains(months[month]))
                        .flat_map(|month| (0..2).map(move |class| (month, class)))
                        .filter(|&(_, found)| class.is_none_or(|wanted| wanted == found))
                        .map(|(month, class)| cells[month][class])
                        .sum()
                };
                let own: Vec<i64> = own.iter().map(of_unit).collect();
                slice(&tree, &own)
            })
            .collect();
        Self { tree, shape, slices }
    }

    fn table(&self) -> Table<'_> {
        Table {
            tree: &self.tree,
            shape: &self.shape,
            slices: &self.slices,
            threshold: THRESHOLD,
        }
    }

    fn nothing(&self) -> Marks {
        Marks::new(self.slices.len(), self.tree.len())
    }

    fn hides(&self, hidden: &Marks, period: &str, class: Option<usize>, unit: usize) -> bool {
        let period = period.parse().expect("a period");
        hidden.get(self.shape.slice(period, class).expect("a slice"), unit)
    }
}

#[test]
fn a_split_is_shown_whole_or_not_at_all() {
    let tree = Tree::new(vec![None, Some(0), Some(0), Some(0)]).expect("in order");
    let many = [[20, 20]; 4];
    // Unit 3 has few people in August only.
    let few = [[20, 20], [2, 3], [30, 30], [20, 20]];
    let grid = Grid::new(tree, &[[[0; 2]; 4], many, [[30, 30]; 4], few]);
    let hidden = grid.table().suppress(&grid.nothing(), &grid.nothing());
    for month in ["2026-07", "2026-08", "2026-09"] {
        // The smallest sibling goes with it, the same one in each month.
        let hides: Vec<_> = (0..4)
            .map(|unit| grid.hides(&hidden, month, None, unit))
            .collect();
        assert_eq!(hides, [false, true, false, true], "{month}");
    }
    assert!((0..4).all(|unit| !grid.hides(&hidden, "2026-10", None, unit)));
    assert!((0..4).all(|unit| !grid.hides(&hidden, "2026-Q3", None, unit)));
    assert!((0..4).all(|unit| !grid.hides(&hidden, "2026-Q3", Some(1), unit)));
}

#[test]
fn a_year_is_split_by_channel_only_where_each_quarter_is() {
    let tree = Tree::new(vec![None, Some(0), Some(0), Some(0)]).expect("in order");
    let few = [[20, 2], [20, 3], [30, 3], [20, 20]];
    let grid = Grid::new(tree, &[[[0; 2]; 4], [[20, 20]; 4], [[30, 30]; 4], few]);
    let hidden = grid.table().suppress(&grid.nothing(), &grid.nothing());
    for period in ["2026-Q3", "2026", "campaign"] {
        for class in [Some(0), Some(1)] {
            assert!(grid.hides(&hidden, period, class, 3), "{period}");
            assert!(grid.hides(&hidden, period, class, 1), "{period}");
            assert!(!grid.hides(&hidden, period, class, 2), "{period}");
        }
        assert!(!grid.hides(&hidden, period, None, 3));
    }
    assert!(!grid.hides(&hidden, "2026-Q4", Some(1), 3));
}

#[test]
fn what_was_shown_before_protects_nobody() {
    let tree = Tree::new(vec![None, Some(0), Some(0), Some(0)]).expect("in order");
    let few = [[20, 20], [30, 30], [2, 3], [20, 20]];
    let grid = Grid::new(tree, &[[[0; 2]; 4], [[20, 20]; 4], [[30, 30]; 4], few]);
    let mut known = grid.nothing();
    for month in ["2026-07", "2026-08"] {
        let slice = grid
            .shape
            .slice(month.parse().expect("a month"), None)
            .expect("a slice");
        for unit in 0..4 {
            known.set(slice, unit);
        }
    }
    let hidden = grid.table().suppress(&known, &grid.nothing());
    // September alone would be the rest of the quarter, so the quarter is hidden, and so is the year.
    assert!(!grid.hides(&hidden, "2026-07", None, 3));
    for period in ["2026-09", "2026-Q3"] {
        assert!(grid.hides(&hidden, period, None, 3), "{period}");
    }
}

fn grids() -> impl Strategy<Value = (Vec<usize>, Vec<[[i64; 2]; 4]>)> {
    let count = prop_oneof![3 => Just(0_i64), 3 => 1_i64..10, 4 => 10_i64..60];
    (3_usize..12).prop_flat_map(move |units| {
        let above = prop::collection::vec(any::<prop::sample::Index>(), units).prop_map(|picks| {
            picks
                .iter()
                .enumerate()
                .map(|(unit, pick)| pick.index(unit.max(1)))
                .collect()
        });
        let cell = prop::array::uniform2(count.clone());
        (above, prop::collection::vec(prop::array::uniform4(cell), units))
    })
}

fn tree_of(above: &[usize]) -> Tree {
    let parents = above
        .iter()
        .enumerate()
        .map(|(unit, &above)| (unit > 0).then_some(above));
    Tree::new(parents.collect()).expect("in order")
}

proptest! {
    #[test]
    fn what_remains_of_every_shown_sum_is_nobody_or_many((above, own) in grids()) {
        let grid = Grid::new(tree_of(&above), &own);
        let table = grid.table();
        let hidden = table.suppress(&grid.nothing(), &grid.nothing());
        for (slice, counts) in grid.slices.iter().enumerate() {
            for unit in 0..grid.tree.len() {
                if !table.is_present(slice, unit) {
                    continue;
                }
                let children = grid.tree.children(unit);
                let (mut rest, mut cells) = (counts.respondents[unit], 0);
                for &child in children {
                    let hides = hidden.get(slice, child);
                    prop_assert!(
                        hides || !table.is_present(slice, child) || counts.respondents[child] >= THRESHOLD
                    );
                    cells += usize::from(hides);
                    if !hides {
                        rest -= counts.respondents[child];
                    }
                }
                if hidden.get(slice, unit) {
                    let below = children.iter().all(|&c| hidden.get(slice, c) || !table.is_present(slice, c));
                    prop_assert!(below, "a unit is shown below a hidden one");
                } else if !children.is_empty() {
                    prop_assert!(rest == 0 && cells == 0 || rest >= THRESHOLD, "{} remain", rest);
                    let own = own[unit].iter().flatten().sum::<i64>() > 0;
                    prop_assert!(cells != 1 || own, "exactly one hidden child");
                }
            }
        }
    }

    #[test]
    fn hiding_what_is_hidden_hides_no_more((above, own) in grids()) {
        let grid = Grid::new(tree_of(&above), &own);
        let hidden = grid.table().suppress(&grid.nothing(), &grid.nothing());
        let again = grid.table().suppress(&grid.nothing(), &hidden);
        prop_assert_eq!(&again, &hidden);
    }
}
