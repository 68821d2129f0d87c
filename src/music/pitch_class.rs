//! Pitch classes, numbered in semitones above C, and their names.

/// The number of pitch classes.
pub const PITCH_CLASSES: usize = 12;

/// Semitones of the degrees of the major scale above its tonic. They are also those of the relative minor.
pub const MAJOR_SCALE: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];

/// Returns the pitch class of a name such as `Gb`; `None` if it is not a name.
pub(super) fn named(name: &str) -> Option<u8> {
    let mut characters = name.chars();
    let letter = characters.next()?;
    let degree = "CDEFGAB".find(letter)?;
    on_scale(degree, characters.as_str())
}

/// Semitones, below 12, from a root up to a degree such as `b3`; `None` if it is not a degree.
pub(super) fn interval(degree: &str) -> Option<u8> {
    let number = degree.trim_start_matches(['#', 'b']);
    let signs = &degree[..degree.len() - number.len()];
    on_scale(number.parse::<usize>().ok()?.checked_sub(1)?, signs)
}

/// Returns the pitch class of a degree of the C major scale, counted from 0, with accidentals.
fn on_scale(degree: usize, accidentals: &str) -> Option<u8> {
    let natural = i32::from(*MAJOR_SCALE.get(degree)?);
    let sign = |sign| match sign {
        '#' => Some(1),
        'b' => Some(-1),
        _ => None,
    };
    let shift: i32 = accidentals.chars().map(sign).sum::<Option<i32>>()?;
    Some((natural + shift).rem_euclid(PITCH_CLASSES as i32) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_wrap_round_the_octave() {
        let named = ["C", "F#", "Gb", "Cb", "B#", "Ebb"].map(named);
        assert_eq!(named, [0, 6, 6, 11, 0, 2].map(Some));
        for wrong in ["", "H", "c", "Cx", "é", "b"] {
            assert_eq!(super::named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn degrees_are_counted_from_the_root() {
        assert_eq!(
            ["1", "b3", "#4", "b7", "b1"].map(interval),
            [0, 3, 6, 10, 11].map(Some)
        );
        for wrong in ["", "0", "8", "b", "é", "3b"] {
            assert_eq!(interval(wrong), None, "{wrong}");
        }
    }
}
