#!/bin/sh
# Trains the published families `visual` and `c_v` on videos and music of your own, drafts music for another clip, and measures
# both. docs/published.md explains each step. To go on after a stop, run it again: what is finished stays.
#
#   VIDEOS=films MIDI=music CLIP=clip.mp4 FEATURES="--visual-model clip --caption-model blip --text-model bert" sh docs/published.sh
#
# VIDEOS         folder of videos, or of clip files
# MIDI           folder of MIDI files, named like the videos
# CLIP           a video that is not among them
# FEATURES       options that give the videos of a folder embeddings
# CLIP_FEATURES  those that give CLIP embeddings; FEATURES if it is not set
# WORK           folder of everything that is written; `published` if it is not set
# PARAMS         the network; docs/published.params.json if it is not set
# STEPS          training steps, 200 if it is not set; TRAIN has more options of `bgm train`, such as "--batch 8 --device cuda"
# SAMPLING       options of `bgm generate` and `bgm evaluate`, such as "--sampler ddim --steps 50"
# SEGMENTS       segments of eight bars to measure, 16 if it is not set
# BGM            the program, `bgm` if it is not set
set -eu

: "${VIDEOS:?is the folder of the videos}" "${MIDI:?is the folder of the MIDI files}" "${CLIP:?is a video of its own}"
BGM=${BGM:-bgm}
WORK=${WORK:-published}
PARAMS=${PARAMS:-$(dirname "$0")/published.params.json}
FEATURES=${FEATURES:-}
CLIP_FEATURES=${CLIP_FEATURES-$FEATURES}
STEPS=${STEPS:-200}
TRAIN=${TRAIN:-}
SAMPLING=${SAMPLING:-}
SEGMENTS=${SEGMENTS:-16}
mkdir -p "$WORK"

# 1. Everything that the networks follow, a clip file for each video.
$BGM features "$VIDEOS" $FEATURES -o "$WORK/clips"

# 2. The data set, in the layout of BGM909.
$BGM dataset "$WORK/clips" "$MIDI" -o "$WORK/data" --validation 0.2

# 3. The new clip.
$BGM features "$CLIP" $CLIP_FEATURES -o "$WORK/clip.safetensors"

for family in visual c_v; do
    # 4. Half of the training, then the other half, which takes up the run of the first.
    sed "s/\"cond_type\": *\"[a-z_]*\"/\"cond_type\": \"$family\"/" "$PARAMS" > "$WORK/$family.params.json"
    for steps in $((STEPS / 2)) "$STEPS"; do
        $BGM train --preset published --params "$WORK/$family.params.json" --data "$WORK/data" \
            --output "$WORK/$family" --steps "$steps" $TRAIN
    done

    # 5. A checkpoint for the authors' code, back again, and a few steps more from there.
    $BGM convert "$WORK/$family/model.safetensors" --output "$WORK/$family-authors"
    $BGM convert "$WORK/$family-authors" --output "$WORK/$family-back.safetensors"
    $BGM train --preset published --model "$WORK/$family-back.safetensors" --data "$WORK/data" \
        --output "$WORK/$family-further" --steps $((STEPS / 10 + 1)) $TRAIN

    # 6. Music for the new clip.
    $BGM generate "$WORK/clip.safetensors" --model "$WORK/$family-further/model.safetensors" $SAMPLING \
        --output "$WORK/$family.mid" --json "$WORK/$family.report.json"

    # 7. The figures of the paper, on the pieces that were held out.
    $BGM evaluate --data "$WORK/data" --model "$WORK/$family-further/model.safetensors" $SAMPLING \
        --segments "$SEGMENTS" --midi "$WORK/$family-pieces" --json "$WORK/$family.figures.json"
done
