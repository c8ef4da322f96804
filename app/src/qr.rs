//! QR codes (ISO/IEC 18004) of the addresses of points, as a drawing and as a picture.

use std::fmt::Write as _;

use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, which the standard asks for.
const QUIET: usize = 4;

/// A code, ready to be drawn.
pub(crate) struct Qr {
    /// Modules in a row, without the quiet zone.
    width: usize,
    /// Row by row; true is dark.
    dark: Vec<bool>,
}

impl Qr {
    /// The code of an address. Level Q reads with a quarter of it covered: posters hang on walls for years.
    ///
    /// # Errors
    /// The address is longer than the largest code holds, about 1,660 bytes.
    pub(crate) fn of(address: &str) -> Result<Self, QrError> {
        let code = QrCode::with_error_correction_level(address, EcLevel::Q)?;
        Ok(Self {
            width: code.width(),
            dark: code
                .into_colors()
                .into_iter()
                .map(|color| color == Color::Dark)
                .collect(),
        })
    }

    /// Modules in a row, with the quiet zone: the width of [`Self::path`]'s drawing.
    pub(crate) const fn side(&self) -> usize {
        self.width + 2 * QUIET
    }

    /// The dark modules as one SVG path in units of a module; modules side by side are one rectangle, so that no
    /// hairline shows between them.
    pub(crate) fn path(&self) -> String {
        let mut path = String::new();
        for (y, row) in self.dark.chunks(self.width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|left, right| left == right) {
                if run[0] {
                    // Writing to a string does not fail.
                    let _ = write!(
                        path,
                        "M{} {}h{}v1h-{}z",
                        x + QUIET,
                        y + QUIET,
                        run.len(),
                        run.len()
                    );
                }
                x += run.len();
            }
        }
        path
    }

    /// A whole SVG document.
    pub(crate) fn svg(&self) -> String {
        let (side, path) = (self.side(), self.path());
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path d=\"{path}\"/></svg>\n"
        )
    }

    /// A picture with `scale` pixels a module, one bit a pixel.
    ///
    /// # Errors
    /// The encoder's own; none is known to happen for a code.
    pub(crate) fn png(&self, scale: usize) -> Result<Vec<u8>, png::EncodingError> {
        let pixels = self.side() * scale;
        let mut file = Vec::new();
        let side = u32::try_from(pixels).map_err(|_| png::EncodingError::LimitsExceeded)?;
        let mut encoder = png::Encoder::new(&mut file, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.bits(pixels, scale))?;
        writer.finish()?;
        Ok(file)
    }

    /// Rows of one bit a pixel, each padded to a whole byte; 1 is light.
    fn bits(&self, pixels: usize, scale: usize) -> Vec<u8> {
        let stride = pixels.div_ceil(8);
        let mut bits = vec![0xff; stride * pixels];
        for y in 0..pixels {
            for x in (0..pixels).filter(|x| self.is_dark(x / scale, y / scale)) {
                bits[y * stride + x / 8] &= !(0x80 >> (x % 8));
            }
        }
        bits
    }

    /// Whether the module is dark, counted with the quiet zone.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = QUIET..QUIET + self.width;
        inside.contains(&x) && inside.contains(&y) && self.dark[(y - QUIET) * self.width + x - QUIET]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "https://nghedan.example.vn/s/ABCD2345";

    /// What a reader of codes finds in a picture.
    fn read(side: usize, light: impl Fn(usize, usize) -> bool) -> String {
        let shade = |x, y| if light(x, y) { 255 } else { 0 };
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, shade);
        let grids = picture.detect_grids();
        assert_eq!(grids.len(), 1, "one code");
        grids[0].decode().expect("readable").1
    }

    #[test]
    fn a_reader_finds_the_address_in_the_drawing() {
        let code = Qr::of(ADDRESS).unwrap();
        // Rectangles of one row: `Mx yhwv1h-wz`.
        let mut dark = vec![vec![false; code.side()]; code.side()];
        for rectangle in code.path().split_terminator('z') {
            let (place, size) = rectangle.strip_prefix('M').unwrap().split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let width: usize = size.split_once('v').unwrap().0.parse().unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            dark[y][x..x + width].fill(true);
        }
        let scale = 4;
        assert_eq!(
            read(code.side() * scale, |x, y| !dark[y / scale][x / scale]),
            ADDRESS
        );
    }

    #[test]
    fn an_address_that_no_code_holds_is_refused() {
        assert!(Qr::of(&"a".repeat(4000)).is_err());
    }
}
