//! Draws the loss curve.

use std::path::Path;

use super::Line;
use crate::canvas::{Canvas, Lettering, Rect};
use crate::error::Result;
use crate::palette::{ACCENT, BACKGROUND, Colour, LINE, MUTED, NOTE};

/// Width and height, in pixels.
const SIZE: [usize; 2] = [960, 480];
/// The share of the range of losses that is left free above and below.
const MARGIN: f64 = 0.06;
/// Half the side of a mark for a loss on held-out music, in pixels.
const MARK: usize = 2;
/// Labels are these values times a power of ten.
const STEPS: [f64; 3] = [1.0, 2.0, 5.0];

/// Draws the loss curve and writes it to `path`: a blue line for the mean loss of each column's steps, yellow marks for the
/// losses on held-out music, and lines at labelled values. The vertical axis is logarithmic and fits the data.
///
/// # Errors
/// Returns an error if it cannot be written.
pub(super) fn write(path: &Path, lines: &[Line]) -> Result<()> {
    let [width, _] = SIZE;
    let mut picture = Picture::new(lines);
    for value in picture.labels() {
        let y = picture.y(value);
        (0..width).for_each(|x| picture.put(x, y, LINE));
        picture.label(&value.to_string(), y);
    }
    let mut before = None;
    for x in 0..width {
        let Some(mean) = column_mean(lines, x) else {
            continue;
        };
        let y = picture.y(mean);
        let from = before.unwrap_or(y);
        (from.min(y)..=from.max(y)).for_each(|y| picture.put(x, y, NOTE));
        before = Some(y);
    }
    for (index, line) in lines.iter().enumerate() {
        let Some(loss) = line.held_out_loss.filter(|loss| is_shown(*loss)) else {
            continue;
        };
        let (x, y) = (index * width / lines.len(), picture.y(loss));
        for x in x.saturating_sub(MARK)..=x + MARK {
            (y.saturating_sub(MARK)..=y + MARK).for_each(|y| picture.put(x, y, ACCENT));
        }
    }
    picture.canvas.write_png(path)
}

/// Returns whether a loss can be shown on a logarithmic axis.
fn is_shown(loss: f64) -> bool {
    loss.is_finite() && loss > 0.0
}

/// Returns the mean of the losses in column `x`, or `None` if it has none.
fn column_mean(lines: &[Line], x: usize) -> Option<f64> {
    let place = |x: usize| x * lines.len() / SIZE[0];
    let (first, end) = (place(x), place(x + 1).max(place(x) + 1));
    let losses: Vec<f64> = (lines.get(first..end)?.iter())
        .map(|line| line.loss)
        .filter(|loss| is_shown(*loss))
        .collect();
    (!losses.is_empty()).then(|| losses.iter().sum::<f64>() / losses.len() as f64)
}

struct Picture {
    canvas: Canvas,
    /// The base-10 logarithms at the lower and the upper edge.
    range: [f64; 2],
}

impl Picture {
    /// Makes an empty picture whose vertical axis fits the losses of `lines`.
    fn new(lines: &[Line]) -> Self {
        let columns = (0..SIZE[0]).filter_map(|x| column_mean(lines, x));
        let held_out = lines.iter().filter_map(|line| line.held_out_loss);
        let shown = columns.chain(held_out.filter(|loss| is_shown(*loss)));
        let logs: Vec<f64> = shown.map(libm::log10).collect();
        let low = logs.iter().copied().fold(f64::INFINITY, f64::min);
        let high = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if logs.is_empty() {
            (-1.0, 0.0)
        } else {
            (low, high)
        };
        let margin = MARGIN * (high - low).max(0.3);
        Self {
            canvas: Canvas::new(SIZE[0], SIZE[1], BACKGROUND),
            range: [low - margin, high + margin],
        }
    }

    /// Returns the labelled values within the range.
    fn labels(&self) -> Vec<f64> {
        let [low, high] = self.range;
        let powers = low.floor() as i32..=high.floor() as i32;
        let values = powers.flat_map(|power| STEPS.map(|step| (step, power)));
        values
            .filter(|(step, power)| {
                (low..=high).contains(&(libm::log10(*step) + f64::from(*power)))
            })
            // Below 1, division gives the float nearest to the decimal, so that it prints as 0.2, not 0.2000…01.
            .map(|(step, power)| match power {
                0.. => step * 10_f64.powi(power),
                _ => step / 10_f64.powi(-power),
            })
            .collect()
    }

    /// Returns the row of a value.
    fn y(&self, value: f64) -> usize {
        let [low, high] = self.range;
        let place = (high - libm::log10(value)) / (high - low);
        (place.clamp(0.0, 1.0) * (SIZE[1] - 1) as f64) as usize
    }

    fn put(&mut self, x: usize, y: usize, colour: Colour) {
        let (left, top) = (x as f32, y as f32);
        let pixel = Rect {
            left,
            top,
            right: left + 1.0,
            bottom: top + 1.0,
        };
        self.canvas.fill(pixel, colour, 1.0);
    }

    /// Writes `text` at the left edge, above row `y` or below it if there is no room.
    fn label(&mut self, text: &str, y: usize) {
        let (y, height) = (y as f32, Lettering::LABEL.height());
        let top = if y >= height { y - height } else { y + 1.0 };
        self.canvas.write(text, 4.0, top, Lettering::LABEL, MUTED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(step: u64, loss: f64, held_out_loss: Option<f64>) -> Line {
        Line {
            step,
            loss,
            gradient_norm: 1.0,
            rate: 1e-3,
            seconds: 0.0,
            held_out_loss,
        }
    }

    #[test]
    fn equal_ratios_of_losses_have_equal_heights_and_round_labels() {
        let lines = [line(1, 1.0, None), line(2, 0.1, Some(0.02))];
        let picture = Picture::new(&lines);
        assert_eq!(picture.labels(), [0.02, 0.05, 0.1, 0.2, 0.5, 1.0]);
        let [one, tenth, hundredth] = [1.0, 0.2, 0.04].map(|value| picture.y(value));
        assert!((tenth - one).abs_diff(hundredth - tenth) <= 1);
    }

    #[test]
    fn any_log_gives_a_picture() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("loss.png");
        let wild = [line(1, f64::INFINITY, Some(0.0)), line(2, 0.5, Some(0.4))];
        for lines in [&[][..], &wild[..1], &wild[..]] {
            write(&path, lines).unwrap();
            let decoder =
                png::Decoder::new(std::io::BufReader::new(std::fs::File::open(&path).unwrap()));
            let info = decoder.read_info().unwrap();
            assert_eq!(info.info().size(), (SIZE[0] as u32, SIZE[1] as u32));
        }
    }
}
