//! Steering in JSON: an object with a field per cue, by its name, `energy`, and `follow` unless it is the picture.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Steering;
use crate::conditioning::pairing::Follow;
use crate::music::cues::Cue;

/// The field of the energy.
const ENERGY: &str = "energy";
/// The field of what is followed.
const FOLLOW: &str = "follow";

impl Serialize for Steering {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        for (cue, lane) in self.lanes.iter() {
            fields.serialize_entry(cue.name(), lane)?;
        }
        fields.serialize_entry(ENERGY, &self.energy)?;
        if self.follow != Follow::default() {
            fields.serialize_entry(FOLLOW, &self.follow)?;
        }
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Steering {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

/// Reads the fields over the defaults; ignores those of other versions.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Steering;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a field per cue")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Steering, A::Error> {
        let mut steering = Steering::default();
        while let Some(name) = fields.next_key::<String>()? {
            if name == ENERGY {
                steering.energy = fields.next_value()?;
            } else if name == FOLLOW {
                // What a later version may follow is the picture here.
                let name: String = fields.next_value()?;
                steering.follow = name.parse().unwrap_or_default();
            } else if let Ok(cue) = name.parse::<Cue>() {
                steering.lanes[cue] = fields.next_value()?;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(steering)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::steering::Lane;
    use crate::music::cues::CueMap;

    /// As saved by the first version.
    const SAVED: &str = concat!(
        r#"{"density":{"clip":{"strength":1.0,"offset":0.25}},"polyphony":"free","#,
        r#""register":{"clip":{"strength":0.5,"offset":0.0}},"mode":{"drawn":[-0.5,1.0]},"#,
        r#""accent":{"clip":{"strength":1.0,"offset":0.0}},"energy":0.5}"#
    );

    fn saved() -> Steering {
        let mut lanes = CueMap::from_fn(|_| Lane::CLIP);
        lanes[Cue::Density] = Lane::Clip {
            strength: 1.0,
            offset: 0.25,
        };
        lanes[Cue::Polyphony] = Lane::Free;
        lanes[Cue::Register] = Lane::Clip {
            strength: 0.5,
            offset: 0.0,
        };
        lanes[Cue::Mode] = Lane::Drawn(vec![-0.5, 1.0]);
        Steering {
            lanes,
            energy: 0.5,
            follow: Follow::Picture,
        }
    }

    #[test]
    fn saved_steering_is_read_and_written_unchanged() {
        assert_eq!(serde_json::from_str::<Steering>(SAVED).unwrap(), saved());
        assert_eq!(serde_json::to_string(&saved()).unwrap(), SAVED);
    }

    #[test]
    fn what_is_followed_is_saved_unless_it_is_the_picture() {
        let steering = Steering {
            follow: Follow::Mood,
            ..saved()
        };
        let text = serde_json::to_string(&steering).unwrap();
        assert!(text.contains(r#""follow":"mood""#), "{text}");
        assert_eq!(serde_json::from_str::<Steering>(&text).unwrap(), steering);
        let later = SAVED.replace(r#""energy":0.5}"#, r#""energy":0.5,"follow":"sound"}"#);
        assert_ne!(later, SAVED);
        assert_eq!(serde_json::from_str::<Steering>(&later).unwrap(), saved());
    }

    #[test]
    fn missing_fields_have_their_defaults_and_unknown_ones_are_ignored() {
        let read = |json: &str| serde_json::from_str::<Steering>(json);
        assert_eq!(read("{}").unwrap(), Steering::default());
        let mut expected = Steering::default();
        expected.lanes[Cue::Mode] = Lane::Free;
        assert_eq!(read(r#"{"mode":"free","lead":[1]}"#).unwrap(), expected);
        assert!(read(r#"{"mode":"fre"}"#).is_err());
        assert!(read("[]").is_err());
    }
}
