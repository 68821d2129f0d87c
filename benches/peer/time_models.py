"""Writes CLIP ViT-B/32, BLIP-base and BERT-base with random weights to a folder, and times PyTorch on them.

    OMP_WAIT_POLICY=PASSIVE python time_models.py FOLDER [THREADS]

`cargo bench --bench embeddings` times Diff-BGM on the same folder, named by DIFF_BGM_MODELS. Needs torch, transformers, and
the tokenizers library; nothing is downloaded.
"""

import pathlib
import sys
import time

import torch
from transformers import (
    BertConfig,
    BertModel,
    BertTokenizerFast,
    BlipConfig,
    BlipForConditionalGeneration,
    CLIPConfig,
    CLIPModel,
)

PICTURES = 8
SENTENCE = " ".join(f"w{i}" for i in range(100, 110))


def tokenizer(folder):
    """A vocabulary of BERT's size, with its special tokens where BERT has them."""
    words = ["[PAD]"] + [f"[unused{i}]" for i in range(99)] + ["[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words += [f"w{i}" for i in range(30522 - len(words))]
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(words) + "\n")
    made = BertTokenizerFast(str(vocabulary))
    made.save_pretrained(folder)
    return made


def models(folder):
    torch.manual_seed(1)
    text = dict(num_attention_heads=12, vocab_size=30524)
    clip = CLIPModel(CLIPConfig())
    blip = BlipForConditionalGeneration(BlipConfig(text_config=text, vision_config={}))
    bert = BertModel(BertConfig())
    for name, model in [("clip", clip), ("blip", blip), ("bert", bert)]:
        if not (folder / name / "model.safetensors").exists():
            model.save_pretrained(folder / name)
        model.eval()
    tokenizer(folder / "blip")
    return clip, blip, bert, tokenizer(folder / "bert")


def report(what, count, work, times=3):
    """Prints how many are done in a second, and the processor's time for one, which other programs disturb less."""
    best, processor = float("inf"), float("inf")
    for _ in range(times):
        start, used = time.perf_counter(), time.process_time()
        work()
        best = min(best, time.perf_counter() - start)
        processor = min(processor, time.process_time() - used)
    print(f"{what}: {count / best:.2f} a second, {processor / count:.3f} s of the processor each", flush=True)


folder = pathlib.Path(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 2)
clip, blip, bert, words = models(folder)
with torch.no_grad():
    pixels = torch.randn(PICTURES, 3, 224, 224)
    report("CLIP", PICTURES, lambda: clip.get_image_features(pixel_values=pixels))
    pixels = torch.randn(PICTURES, 3, 384, 384)
    report("BLIP, captions of 20 tokens", PICTURES, lambda: blip.generate(pixel_values=pixels, max_length=20, num_beams=1), 1)
    inputs = words(SENTENCE, return_tensors="pt")
    report(f"BERT, {inputs['input_ids'].shape[1]} tokens", 1, lambda: bert(**inputs), 10)
