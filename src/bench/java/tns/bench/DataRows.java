package tns.bench;

import static org.bytedeco.pytorch.global.torch.index_select;
import static org.bytedeco.pytorch.global.torch.randn;
import static org.bytedeco.pytorch.global.torch.sort;
import static tns.bench.Leaves.classes;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The rows that measure sorting, looking up and drawing. */
final class DataRows {
    private DataRows() {}

    private static final int MILLION = 1_000_000;

    static List<Row> all() {
        return List.of(sorting(), rows(), normal());
    }

    private static Row sorting() {
        return Row.of("sort of 1 M", "x = randn(1000000)", "y = sort(x)").natural(1, () -> {
            Tensor x = randn(MILLION);
            return () -> sort(x);
        });
    }

    private static Row rows() {
        return Row.of(
                        "rows of (8192, 1024) by 8192 indices",
                        "x = randn(8192, 1024)\ni = randint(0, 8192, (8192,))",
                        "y = x[i]")
                .natural(1, () -> {
                    Tensor x = randn(8192, 1024);
                    Tensor i = classes(8192, 8192);
                    return () -> index_select(x, 0, i);
                });
    }

    private static Row normal() {
        return Row.of("randn of 10 M", "", "y = randn(10000000)").natural(1, () -> () -> randn(10 * MILLION));
    }
}
