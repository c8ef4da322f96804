//! Nobody else puts figures together.

use domain::release::Figures;

fn copy(figures: &Figures) -> Figures {
    Figures {
        respondents: 1,
        answers: figures.answers,
        responses: figures.responses,
        held: figures.held,
        late: figures.late,
        excluded: figures.excluded,
        selection: figures.selection,
        method: figures.method,
        nodes: Vec::new(),
        items: Vec::new(),
        seal: figures.seal,
    }
}

fn main() {
    let _ = copy;
}
