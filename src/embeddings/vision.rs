//! The picture towers of CLIP and BLIP: vision transformers (Dosovitskiy et al., 2020).

use candle_core::{Device, Tensor};
use serde::Deserialize;

use super::model_folder::ModelFolder;
use super::picture::{MAX_SIDE, Preparation, Rgb, Usual};
use super::transformer::{Attention, PreNormLayer, Sizes};
use crate::error::Result;
use crate::kernel::layer_norm::LayerNorm;
use crate::kernel::linear::Linear;

/// Which of the two a tower is; they differ in the names and shapes of some tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TowerKind {
    Clip,
    Blip,
}

/// What a tower sees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight {
    /// Width and height of a picture, in pixels.
    pub(super) side: usize,
    /// Width and height of a patch.
    pub(super) patch: usize,
}

/// What a tower sees, as a configuration states it.
#[derive(Deserialize)]
struct StatedSight {
    image_size: Option<usize>,
    patch_size: Option<usize>,
    num_channels: Option<usize>,
}

impl Sight {
    /// Reads what a tower sees in a section of the configuration; what it leaves out is as in `usual`.
    ///
    /// # Errors
    /// Returns an error if a value has the wrong type or is out of range.
    pub(super) fn read(folder: &ModelFolder, section: &str, usual: Self) -> Result<Self> {
        let stated: StatedSight = folder.config(section)?;
        let side = stated.image_size.unwrap_or(usual.side);
        let patch = stated.patch_size.unwrap_or(usual.patch);
        let channels = stated.num_channels.unwrap_or(3);
        if patch == 0 || patch > side || side > MAX_SIDE || !side.is_multiple_of(patch) {
            let found = format!("pictures of {side} pixels in patches of {patch}");
            let expected = format!("whole patches, at most {MAX_SIDE} pixels");
            return Err(folder.config_fault(found, &expected));
        }
        if channels != 3 {
            return Err(folder.config_fault(format!("{channels} channels"), "3"));
        }
        Ok(Self { side, patch })
    }

    /// Returns how many patches a picture has.
    fn patches(self) -> usize {
        (self.side / self.patch).pow(2)
    }
}

/// A tower.
#[derive(Debug)]
pub(super) struct VisionTower {
    preparation: Preparation,
    sight: Sight,
    patches: Linear,
    /// `[1, 1, width]`.
    class: Tensor,
    /// `[1, 1 + patches, width]`.
    positions: Tensor,
    first_norm: Option<LayerNorm>,
    layers: Vec<PreNormLayer>,
    pub(super) last_norm: LayerNorm,
}

impl VisionTower {
    pub(super) fn load(
        folder: &ModelFolder,
        kind: TowerKind,
        sizes: &Sizes,
        sight: Sight,
    ) -> Result<Self> {
        let Sight { side, patch } = sight;
        let width = sizes.width;
        let tokens = 1 + sight.patches();
        let name = |part: &str| format!("vision_model.{part}");
        let embedding = |part: &str, shape: &[usize]| {
            folder.tensor(&name(&format!("embeddings.{part}")), shape)
        };
        let weight = embedding("patch_embedding.weight", &[width, 3, patch, patch])?;
        let weight = weight.reshape((width, 3 * patch * patch))?;
        let (class, positions, bias) = match kind {
            TowerKind::Clip => (
                embedding("class_embedding", &[width])?,
                embedding("position_embedding.weight", &[tokens, width])?,
                None,
            ),
            TowerKind::Blip => (
                embedding("class_embedding", &[1, 1, width])?,
                embedding("position_embedding", &[1, tokens, width])?,
                Some(embedding("patch_embedding.bias", &[width])?),
            ),
        };
        let usual = match kind {
            TowerKind::Clip => Usual::Cropped,
            TowerKind::Blip => Usual::Stretched,
        };
        let layers = (0..sizes.layers).map(|index| {
            let name = name(&format!("encoder.layers.{index}"));
            let part = |part: &str| format!("{name}.self_attn.{part}");
            let attention = match kind {
                TowerKind::Clip => clip_attention(folder, &format!("{name}.self_attn"), sizes)?,
                TowerKind::Blip => {
                    Attention::load_joined(folder, &part("qkv"), &part("projection"), sizes)?
                }
            };
            PreNormLayer::load(folder, &name, attention, sizes)
        });
        let norm = |part: &str| folder.norm(&name(part), width, sizes.epsilon);
        Ok(Self {
            preparation: Preparation::of_folder(folder.path(), usual, side)?,
            sight,
            patches: Linear::new(weight, bias)?,
            class: class.reshape((1, 1, width))?,
            positions: positions.reshape((1, tokens, width))?,
            first_norm: match kind {
                // The letter is missing in the authors' files.
                TowerKind::Clip => Some(norm("pre_layrnorm")?),
                TowerKind::Blip => None,
            },
            layers: layers.collect::<Result<_>>()?,
            last_norm: norm("post_layernorm")?,
        })
    }

    /// Returns the tokens of pictures, `[pictures, 1 + patches, width]`, before the last normalisation.
    pub(super) fn forward(&self, pictures: &[Rgb]) -> Result<Tensor> {
        let patch = self.sight.patch;
        let patches = self.preparation.patches(pictures, patch);
        let shape = (pictures.len(), self.sight.patches(), 3 * patch * patch);
        let patches = Tensor::from_vec(patches, shape, &Device::Cpu)?;
        let class = self.class.repeat((pictures.len(), 1, 1))?;
        let tokens = Tensor::cat(&[&class, &self.patches.forward(&patches)?], 1)?;
        let mut x = tokens.broadcast_add(&self.positions)?;
        if let Some(norm) = &self.first_norm {
            x = norm.forward(&x)?;
        }
        for layer in &self.layers {
            x = layer.forward(&x, false)?;
        }
        Ok(x)
    }

    /// Returns pictures as the tower sees them, `[3, side, side]` each.
    pub(super) fn planes(&self, picture: &Rgb) -> Vec<f32> {
        self.preparation.planes(picture)
    }
}

/// Loads the attention called `name` as both towers of CLIP have it.
pub(super) fn clip_attention(folder: &ModelFolder, name: &str, sizes: &Sizes) -> Result<Attention> {
    let names = ["q_proj", "k_proj", "v_proj", "out_proj"].map(|part| format!("{name}.{part}"));
    let [query, key, value, output] = &names;
    Attention::load(
        folder,
        [query, key, value, output].map(String::as_str),
        sizes,
        sizes.width,
    )
}
