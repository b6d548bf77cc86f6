#!/usr/bin/env python3
"""PyTorch's times for the rows of src/bench/tns/cuda.tns: one JSON object a line on stdout.

    torch_reference.py [--device cuda|cpu] [--small] [--budget SECONDS] [--box SECONDS] [words of row names]

Each row is measured alone, and an error in one is a line {"row", "variant", "error"} and stops nothing. A time is that of
one call in milliseconds, by the wall clock: a sample is a number of calls, enough to last 20 ms, after which the program
waits for the device; printed are the median and the 10th and 90th percentile of the samples.
"""

import argparse
import json
import math
import signal
import statistics
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import torch
import torch.nn.functional as F

SAMPLE_SECONDS = 0.02
MOST_SAMPLES = 30
COMPILE_SECONDS = 40


class TooLong(Exception):
    pass


def too_long(*_):
    raise TooLong("took longer than its time box")


def emit(**fields):
    print(json.dumps(fields), flush=True)


class Bench:
    def __init__(self, device, small, budget, box, words):
        self.device = device
        self.small = small
        self.box = box
        self.words = words
        self.end = time.monotonic() + budget
        signal.signal(signal.SIGALRM, too_long)

    def size(self, full, small):
        return small if self.small else full

    def wait(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def randn(self, *shape):
        return torch.randn(*shape, device=self.device)

    def wanted(self, row):
        return not self.words or any(word in row for word in self.words)

    def row(self, row, make, variant="eager", amount=None, unit=None, make_seconds=20):
        """Measures the function that make() returns; "amount" of "unit" (GB/s or TFLOP/s) is moved or computed by a call."""
        if not self.wanted(row):
            return
        left = self.end - time.monotonic()
        if left < 1:
            emit(row=row, variant=variant, error="skipped: the time for all rows is over")
            return
        try:
            signal.alarm(max(1, math.ceil(min(left, make_seconds + 2 * self.box))))
            call = make()
            samples, calls = self.samples(call)
            signal.alarm(0)
            fields = self.summary(samples)
            if amount:
                fields["rate"] = amount / (fields["ms"] * 1e-3) / (1e9 if unit == "GB/s" else 1e12)
                fields["unit"] = unit
            emit(row=row, variant=variant, **fields, samples=len(samples), calls=calls)
        except Exception as e:  # whatever a row cannot do must not stop the next
            signal.alarm(0)
            text = str(e).strip().splitlines()
            emit(row=row, variant=variant, error=f"{type(e).__name__}: {text[0][:300] if text else ''}")
        finally:
            signal.alarm(0)
            call = None
            torch.set_float32_matmul_precision("highest")
            if hasattr(torch, "_dynamo"):
                torch._dynamo.reset()
            if self.device == "cuda":
                try:
                    torch.cuda.empty_cache()
                except Exception as e:  # after a failed capture
                    emit(row=row, variant=variant, error=f"empty_cache: {e}"[:300])

    def samples(self, call):
        for _ in range(3):
            call()
        self.wait()
        start = time.perf_counter()
        call()
        self.wait()
        once = time.perf_counter() - start
        calls = max(1, min(5000, math.ceil(SAMPLE_SECONDS / max(once, 1e-7))))
        if calls > 1:  # once, alone, includes the wait: measure again
            start = time.perf_counter()
            for _ in range(calls):
                call()
            self.wait()
            once = (time.perf_counter() - start) / calls
            calls = max(1, min(20000, math.ceil(SAMPLE_SECONDS / max(once, 1e-7))))
        samples = []
        end = time.perf_counter() + self.box
        while len(samples) < 3 or (len(samples) < MOST_SAMPLES and time.perf_counter() < end):
            start = time.perf_counter()
            for _ in range(calls):
                call()
            self.wait()
            samples.append((time.perf_counter() - start) / calls * 1e3)
        return samples, calls

    @staticmethod
    def summary(samples):
        ordered = sorted(samples)
        at = lambda q: ordered[min(len(ordered) - 1, int(q * len(ordered)))]
        return {"ms": statistics.median(ordered), "p10": at(0.1), "p90": at(0.9)}

    # --- training steps ---------------------------------------------------------------------------------------------

    def training(self, row, make_net, make_data, loss_of, lr, autocast=False, precision="highest", compiled=True):
        """A step of Adam, eager, compiled and captured. make_data() gives the input and the target."""

        def parts(**adam):
            torch.manual_seed(0)
            torch.set_float32_matmul_precision(precision)
            net = make_net().to(self.device)
            x, y = make_data()
            return net, x, y, torch.optim.Adam(net.parameters(), lr=lr, **adam)

        def loss(net, x, y):
            if autocast:
                # The cache of casts must be off while a graph is captured.
                with torch.autocast(self.device, dtype=torch.bfloat16, cache_enabled=False):
                    predicted = net(x)
                return loss_of(predicted.float(), y)
            return loss_of(net(x), y)

        def eager(**adam):
            net, x, y, optimizer = parts(**adam)

            def step():
                optimizer.zero_grad()
                loss(net, x, y).backward()
                optimizer.step()

            return step

        def compile():
            net, x, y, optimizer = parts()
            compiled_loss = torch.compile(lambda x, y: loss(net, x, y))

            @torch.compile(fullgraph=False)
            def update():
                optimizer.step()

            def step():
                optimizer.zero_grad()
                compiled_loss(x, y).backward()
                update()

            for _ in range(3):
                step()
            return step

        def graph(with_compiler=False):
            net, x, y, optimizer = parts(capturable=True, fused=True)
            loss_now = torch.compile(lambda x, y: loss(net, x, y)) if with_compiler else (lambda x, y: loss(net, x, y))
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                for _ in range(4):
                    optimizer.zero_grad(set_to_none=True)
                    loss_now(x, y).backward()
                    optimizer.step()
            torch.cuda.current_stream().wait_stream(side)
            captured = torch.cuda.CUDAGraph()
            optimizer.zero_grad(set_to_none=True)
            with torch.cuda.graph(captured):
                result = loss_now(x, y)
                result.backward()
                optimizer.step()
            # What the graph reads must live as long as it.
            keep = (net, x, y, optimizer, result)

            def step():
                captured.replay()
                return keep

            return step

        self.row(row, eager)
        if self.device == "cuda":
            self.row(row, lambda: eager(fused=True), "eager, fused Adam")
            self.row(row, graph, "graph")
        if compiled:
            self.row(row, compile, "compile", make_seconds=COMPILE_SECONDS)
            if self.device == "cuda":
                self.row(row, lambda: graph(True), "compile + graph", make_seconds=COMPILE_SECONDS)

    def tutorial_step(self):
        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.w = torch.nn.Linear(20, 10, bias=False)
                self.a_b = torch.nn.Linear(10, 20)

            def forward(self, x):
                return self.a_b(torch.sigmoid(self.w(x)))

        def data():
            x = torch.linspace(-1, 1, 20, device=self.device)
            return x, x**3 - x

        self.training("tutorial_step", Net, data, F.mse_loss, 0.01)

    def mlp_784_step(self):
        def net():
            return torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))

        def data():
            return self.randn(64, 784), torch.randint(0, 10, (64,), device=self.device)

        self.training("mlp_784_step", net, data, F.cross_entropy, 1e-3)

    def mlp_4096_steps(self):
        n = self.size(4096, 128)

        def net():
            linear, relu = torch.nn.Linear, torch.nn.ReLU
            return torch.nn.Sequential(linear(n, n), relu(), linear(n, n), relu(), linear(n, n))

        def data():
            return self.randn(n, n), self.randn(n, n)

        self.training("mlp_4096_step", net, data, F.mse_loss, 1e-3, compiled=False)
        self.training("mlp_4096_step_tf32", net, data, F.mse_loss, 1e-3, precision="high", compiled=False)
        self.training("mlp_4096_step_bf16", net, data, F.mse_loss, 1e-3, autocast=True, compiled=False)

    # --- operations -------------------------------------------------------------------------------------------------

    def operation(self, row, make_inputs, function, amount, unit="GB/s", compiled=False, precision="highest"):
        def eager():
            torch.set_float32_matmul_precision(precision)
            inputs = make_inputs()
            return lambda: function(*inputs)

        def compile():
            inputs = make_inputs()
            fast = torch.compile(function, dynamic=False)
            return lambda: fast(*inputs)

        with torch.no_grad():
            self.row(row, eager, amount=amount, unit=unit)
            if compiled:
                self.row(row, compile, "compile", amount=amount, unit=unit, make_seconds=COMPILE_SECONDS)

    def copy(self):
        n = self.size(1 << 28, 1 << 20)
        self.operation("copy", lambda: (self.randn(n),), torch.clone, 8 * n)

        def into():
            x = self.randn(n)
            y = torch.empty_like(x)
            return lambda: y.copy_(x)

        self.row("copy", into, "into", amount=8 * n, unit="GB/s")

    def pointwise(self):
        n = self.size(100_000_000, 1_000_000)
        self.operation(
            "pointwise_chain",
            lambda: (self.randn(n), self.randn(n), self.randn(n)),
            lambda a, b, c: (a * b + c).sigmoid() * a - b,
            16 * n,
            compiled=True,
        )

    def rows_and_sums(self):
        m, n = self.size((65536, 4096), (256, 512))
        self.operation("softmax", lambda: (self.randn(m, n),), lambda x: torch.softmax(x, 1), 8 * m * n, compiled=True)
        p, q = self.size((262144, 1024), (256, 512))
        self.operation(
            "layer_norm",
            lambda: (self.randn(p, q), self.randn(q), self.randn(q)),
            lambda x, w, b: F.layer_norm(x, (q,), w, b),
            8 * p * q,
            compiled=True,
        )
        k = self.size(1 << 28, 1 << 18)
        self.operation("sum_all", lambda: (self.randn(k),), torch.sum, 4 * k)
        s = self.size(16384, 512)
        square = lambda: (self.randn(s, s),)
        self.operation("sum_dim0", square, lambda x: x.sum(0), 4 * s * s)
        self.operation("sum_dim1", square, lambda x: x.sum(1), 4 * s * s)
        self.operation("transpose_copy", square, lambda x: x.t().contiguous(), 8 * s * s)

    def matmuls(self):
        n = self.size(4096, 256)
        pair = lambda: (self.randn(n, n), self.randn(n, n))
        halves = lambda: tuple(x.bfloat16() for x in pair())
        flops = 2 * n**3
        self.operation("matmul_4096", pair, torch.matmul, flops, "TFLOP/s")
        self.operation("matmul_4096_tf32", pair, torch.matmul, flops, "TFLOP/s", precision="high")
        self.operation("matmul_4096_bf16", halves, torch.matmul, flops, "TFLOP/s")

    def small_adds(self):
        def add():
            a = self.randn(20).requires_grad_()
            b = self.randn(20).requires_grad_()
            return lambda: a + b

        def read():
            a = self.randn(20).requires_grad_()
            b = self.randn(20).requires_grad_()
            return lambda: (a + b).tolist()

        self.row("small_add", add)
        self.row("small_add_read", read)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--device", default="cuda")
    options.add_argument("--small", action="store_true", help="small sizes, to try the script out")
    options.add_argument("--budget", type=float, default=150, help="seconds for all rows")
    options.add_argument("--box", type=float, default=0.8, help="seconds of samples for each row")
    options.add_argument("words", nargs="*", help="measure only the rows whose names contain one of these")
    options = options.parse_args()
    bench = Bench(options.device, options.small, options.budget, options.box, options.words)
    name = torch.cuda.get_device_name() if options.device == "cuda" else "cpu"
    emit(row="environment", torch=torch.__version__, cuda=torch.version.cuda, device=name, python=sys.version.split()[0])
    for group in (
        bench.copy,
        bench.small_adds,
        bench.matmuls,
        bench.pointwise,
        bench.rows_and_sums,
        bench.mlp_4096_steps,
        bench.tutorial_step,
        bench.mlp_784_step,
    ):
        try:
            group()
        except Exception as e:
            emit(row=group.__name__, variant="all", error=f"{type(e).__name__}: {e}"[:300])


if __name__ == "__main__":
    main()
