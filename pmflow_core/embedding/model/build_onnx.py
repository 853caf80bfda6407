"""Rebuild the shipped ONNX model from the official weights of all-MiniLM-L6-v2.

Run `python build_onnx.py model.safetensors minilm-l6-v2-int8-dynamic.onnx` in an environment that
has numpy, onnx, onnxruntime and safetensors. The product itself never runs this.
"""

# onnx and safetensors are not installed beside the product
# pyright: reportMissingImports=false
import hashlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSIONS, HEAD_SIZE, HEADS, LAYERS = 384, 32, 12, 6
OPSET, IR_VERSION = 17, 9
EMBEDDINGS = "embeddings."


class Graph:
    """An ONNX graph under construction; every node is named by its one output."""

    def __init__(self, weights: dict[str, NDArray[np.float32]]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: object) -> str:
        """Add a constant and return its name."""
        array = np.ascontiguousarray(value)  # a scalar becomes one element, as in what shipped
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        """Add a node and return the name of its output."""
        made = helper.make_node(operator, inputs, [output], name=output, **attributes)
        self.nodes.append(made)
        return output

    def linear(self, source: str, weight: str, output: str) -> str:
        """Add source·Wᵀ + b."""
        self.constant(f"{weight}wT", self.weights[f"{weight}weight"].T)
        self.constant(f"{weight}bb", self.weights[f"{weight}bias"])
        self.node("MatMul", [source, f"{weight}wT"], f"{output}_mm")
        return self.node("Add", [f"{output}_mm", f"{weight}bb"], output)

    def layer_norm(self, source: str, weight: str, output: str) -> str:
        """Add a layer normalisation."""
        self.constant(f"{weight}w", self.weights[f"{weight}weight"])
        self.constant(f"{weight}b", self.weights[f"{weight}bias"])
        inputs = [source, f"{weight}w", f"{weight}b"]
        return self.node("LayerNormalization", inputs, output, axis=-1, epsilon=1e-12)


def add_embeddings(graph: Graph) -> str:
    """Add word, position and (constant) type embeddings; return the first hidden state."""
    weights = graph.weights
    graph.constant("we", weights[f"{EMBEDDINGS}word_embeddings.weight"])
    graph.constant("pe", weights[f"{EMBEDDINGS}position_embeddings.weight"])
    graph.constant("te0", weights[f"{EMBEDDINGS}token_type_embeddings.weight"][0:1])
    graph.node("Gather", ["we", "input_ids"], "wemb")
    graph.node("Shape", ["input_ids"], "shp", start=1, end=2)
    graph.constant("i1", np.int64(1))
    graph.constant("i0", np.int64(0))
    graph.constant("ax0", np.array([0], np.int64))
    graph.constant("st", np.array([0], np.int64))
    graph.node("Slice", ["pe", "st", "shp", "ax0"], "pemb")
    graph.node("Add", ["wemb", "pemb"], "e1")
    graph.node("Add", ["e1", "te0"], "e2")
    return graph.layer_norm("e2", f"{EMBEDDINGS}LayerNorm.", "h0")


def add_mask(graph: Graph) -> None:
    """Add the attention bias, 0 for a word piece and -1e9 for padding, and shared constants."""
    graph.node("Cast", ["attention_mask"], "maskf", to=TensorProto.FLOAT)
    graph.constant("one", np.float32(1))
    graph.constant("neg", np.float32(-1e9))
    graph.node("Sub", ["one", "maskf"], "inv")
    graph.node("Mul", ["inv", "neg"], "bias2")
    graph.constant("ax12", np.array([1, 2], np.int64))
    graph.node("Unsqueeze", ["bias2", "ax12"], "bias")
    graph.constant("shp4", np.array([0, 0, HEADS, HEAD_SIZE], np.int64))
    graph.constant("shp3", np.array([0, 0, DIMENSIONS], np.int64))
    graph.constant("scale", np.float32(1 / np.sqrt(HEAD_SIZE)))
    graph.constant("half", np.float32(0.5))
    graph.constant("rs2", np.float32(1 / np.sqrt(2)))


def add_attention(graph: Graph, source: str, layer: int) -> str:
    """Add multi-head self-attention; return its merged heads."""
    prefix = f"encoder.layer.{layer}.attention.self."
    for part in ("query", "key", "value"):
        graph.linear(source, f"{prefix}{part}.", f"{part}{layer}")
        graph.node("Reshape", [f"{part}{layer}", "shp4"], f"{part}r{layer}")
    graph.node("Transpose", [f"queryr{layer}"], f"q{layer}", perm=[0, 2, 1, 3])
    graph.node("Transpose", [f"keyr{layer}"], f"k{layer}", perm=[0, 2, 3, 1])
    graph.node("Transpose", [f"valuer{layer}"], f"v{layer}", perm=[0, 2, 1, 3])
    graph.node("MatMul", [f"q{layer}", f"k{layer}"], f"qk{layer}")
    graph.node("Mul", [f"qk{layer}", "scale"], f"qs{layer}")
    graph.node("Add", [f"qs{layer}", "bias"], f"qb{layer}")
    graph.node("Softmax", [f"qb{layer}"], f"a{layer}", axis=-1)
    graph.node("MatMul", [f"a{layer}", f"v{layer}"], f"c{layer}")
    graph.node("Transpose", [f"c{layer}"], f"ct{layer}", perm=[0, 2, 1, 3])
    return graph.node("Reshape", [f"ct{layer}", "shp3"], f"cr{layer}")


def add_layer(graph: Graph, source: str, layer: int) -> str:
    """Add one transformer layer with its exact (erf) GELU; return its hidden state."""
    prefix = f"encoder.layer.{layer}."
    merged = add_attention(graph, source, layer)
    graph.linear(merged, f"{prefix}attention.output.dense.", f"ao{layer}")
    graph.node("Add", [f"ao{layer}", source], f"ar{layer}")
    attended = graph.layer_norm(f"ar{layer}", f"{prefix}attention.output.LayerNorm.", f"an{layer}")
    inner = graph.linear(attended, f"{prefix}intermediate.dense.", f"in{layer}")
    graph.node("Mul", [inner, "rs2"], f"g1{layer}")
    graph.node("Erf", [f"g1{layer}"], f"g2{layer}")
    graph.node("Add", [f"g2{layer}", "one"], f"g3{layer}")
    graph.node("Mul", [inner, f"g3{layer}"], f"g4{layer}")
    graph.node("Mul", [f"g4{layer}", "half"], f"g{layer}")
    graph.linear(f"g{layer}", f"{prefix}output.dense.", f"o{layer}")
    graph.node("Add", [f"o{layer}", attended], f"or{layer}")
    return graph.layer_norm(f"or{layer}", f"{prefix}output.LayerNorm.", f"h{layer + 1}")


def add_pooling(graph: Graph, source: str) -> None:
    """Add the mean over word pieces and its normalisation to length 1."""
    graph.constant("axm1", np.array([-1], np.int64))
    graph.node("Unsqueeze", ["maskf", "axm1"], "m3")
    graph.node("Mul", [source, "m3"], "xm")
    graph.constant("ax1", np.array([1], np.int64))
    graph.node("ReduceSum", ["xm", "ax1"], "sm", keepdims=0)
    graph.node("ReduceSum", ["maskf", "ax1"], "cnt", keepdims=1)
    graph.node("Div", ["sm", "cnt"], "mean")
    graph.node("LpNormalization", ["mean"], "sentence_embedding", axis=-1, p=2)


def build(weights: dict[str, NDArray[np.float32]]) -> onnx.ModelProto:
    """Return the checked full-precision model."""
    graph = Graph(weights)
    hidden = add_embeddings(graph)
    add_mask(graph)
    for layer in range(LAYERS):
        hidden = add_layer(graph, hidden, layer)
    add_pooling(graph, hidden)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["b", "s"])
        for name in ("input_ids", "attention_mask")
    ]
    shape = ["b", DIMENSIONS]
    outputs = [helper.make_tensor_value_info("sentence_embedding", TensorProto.FLOAT, shape)]
    made = helper.make_graph(graph.nodes, "minilm", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(made, opset_imports=opsets, ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    return model


def main(source: Path, target: Path) -> None:
    """Write the quantised model of the weights in `source` to `target`."""
    if hashlib.sha256(source.read_bytes()).hexdigest() != WEIGHTS_SHA256:
        sys.exit(f"{source} is not the official model.safetensors")
    with TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        onnx.save(build(load_file(source)), full)
        quantize_dynamic(
            full,
            target,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gather"],
            extra_options={"MatMulConstBOnly": True},
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
