package tns.cuda.ptx;

import java.util.Arrays;
import tns.tensor.DType;

/**
 * The kernel of batched matrix products, {@code output[b] = left[b] @ right[b]}: every block computes a tile of one
 * product, while it computes over one panel of the operands it reads the next.
 *
 * <p>Each result is one chain of fused multiply-adds in the order of k that starts from 0, whatever the tile and the
 * strides. When k is cut in parts, each part is such a chain with an output of its own.
 *
 * <p>Parameters, in order: the addresses of the first elements of left, right and output; m, n and k; for left and then
 * right the strides in elements from product to product, from line to line (a line is a row of left, a column of right)
 * and from step to step of k; the numbers of tiles above and beside each other; the number of products; the steps of k
 * in a part, a multiple of the tile's depth when there are several parts. The output is contiguous, [parts, products, m,
 * n]; there is a block for each part, product and tile.
 *
 * @param dtype of the operands; bool gives int64, all others the same
 * @param outputWidth elements stored at a time: more than 1 needs n in multiples of it
 * @param bias whether a last parameter gives the address of n elements that are added to each row of the results
 */
public record MatrixKernel(
        DType dtype, MatrixTile tile, MatrixSide left, MatrixSide right, int outputWidth, boolean bias)
        implements KernelText {
    /** The kernel without a bias. */
    public MatrixKernel(DType dtype, MatrixTile tile, MatrixSide left, MatrixSide right, int outputWidth) {
        this(dtype, tile, left, right, outputWidth, false);
    }

    /** Tiles that lie one above the other before the next ones beside them: those that run together share operands. */
    private static final int GROUP = 16;

    /** The dtype of products. */
    public static DType result(DType dtype) {
        return dtype == DType.BOOL ? DType.INT64 : dtype;
    }

    @Override
    public Kernel render() {
        return new Rendering().kernel();
    }

    static String vector(String... registers) {
        return registers.length == 1 ? registers[0] : "{" + String.join(", ", registers) + "}";
    }

    static String place(String address, int bytes) {
        return bytes == 0 ? "[" + address + "]" : "[" + address + "+" + bytes + "]";
    }

    /** One kernel being written. */
    private final class Rendering {
        private static final String ZONE = "panels";

        private final DType result = result(dtype);
        private final PtxWriter w = new PtxWriter("product", tile.threads());
        private final PtxType type = Element.raw(result);
        private final int size = result.bytes();
        private final MatrixPanel leftPanel = new MatrixPanel(w, dtype, left, tile.rows(), tile);
        private final MatrixPanel rightPanel = new MatrixPanel(w, dtype, right, tile.columns(), tile);
        private final int threadRows = tile.rows() / tile.rowsEach();
        private final int threadColumns = tile.columns() / tile.columnsEach();

        /** Neighbouring rows, or columns, of a thread: it has groups of them. */
        private final int rowGroup = Math.min(16 / size, tile.rowsEach());

        private final int columnGroup = Math.min(16 / size, tile.columnsEach());
        private final String[][] sums = new String[tile.rowsEach()][tile.columnsEach()];

        private final String leftAddress = w.pointer();
        private final String rightAddress = w.pointer();
        private final String outputAddress = w.pointer();
        private final String m = w.parameter(PtxType.B32);
        private final String n = w.parameter(PtxType.B32);
        private final String k = w.parameter(PtxType.B32);
        private final String leftBatch = w.parameter(PtxType.B32);
        private final String leftLine = w.parameter(PtxType.B32);
        private final String leftStep = w.parameter(PtxType.B32);
        private final String rightBatch = w.parameter(PtxType.B32);
        private final String rightLine = w.parameter(PtxType.B32);
        private final String rightStep = w.parameter(PtxType.B32);
        private final String tilesDown = w.parameter(PtxType.B32);
        private final String tilesAcross = w.parameter(PtxType.B32);
        private final String batches = w.parameter(PtxType.B32);
        private final String partSteps = w.parameter(PtxType.B32);
        private final String biasAddress = bias ? w.pointer() : "";

        Kernel kernel() {
            int buffer = leftPanel.sharedBytes() + rightPanel.sharedBytes();
            if (tile.residents(result) > 1) {
                w.residents(tile.residents(result));
            }
            w.shared(ZONE, 2 * buffer);
            String thread = w.make(PtxType.B32, "mov.u32", "%tid.x");
            String block = w.make(PtxType.B32, "mov.u32", "%ctaid.x");
            String[] product = divided(block, w.make(PtxType.B32, "mul.lo.u32", tilesDown, tilesAcross));
            String[] part = divided(product[0], batches);
            String[] corner = tileAt(product[1]);
            String firstRow = w.make(PtxType.B32, "mul.lo.u32", corner[0], Integer.toString(tile.rows()));
            String firstColumn = w.make(PtxType.B32, "mul.lo.u32", corner[1], Integer.toString(tile.columns()));
            String firstStep = w.make(PtxType.B32, "mul.lo.u32", part[0], partSteps);
            String steps = w.make(PtxType.B32, "min.u32", w.make(PtxType.B32, "sub.u32", k, firstStep), partSteps);

            String[] place = threadPlace(thread);
            for (String[] row : sums) {
                Arrays.setAll(row, j -> w.make(type, "mov." + type.word(), zero()));
            }
            String store = w.label();
            w.jumpIf(w.make(PtxType.PRED, "setp.eq.u32", steps, "0"), store);

            leftPanel.aim(
                    thread,
                    base(leftAddress, part[1], leftBatch, firstStep, leftStep),
                    firstRow,
                    m,
                    leftLine,
                    leftStep);
            rightPanel.aim(
                    thread,
                    base(rightAddress, part[1], rightBatch, firstStep, rightStep),
                    firstColumn,
                    n,
                    rightLine,
                    rightStep);
            panels(steps, place, buffer);

            w.place(store);
            store(firstRow, firstColumn, place, product[0]);
            return w.kernel();
        }

        /** Quotient and remainder. */
        private String[] divided(String a, String b) {
            String quotient = w.make(PtxType.B32, "div.u32", a, b);
            String whole = w.make(PtxType.B32, "mul.lo.u32", quotient, b);
            return new String[] {quotient, w.make(PtxType.B32, "sub.u32", a, whole)};
        }

        /** Which tile is the {@code number}-th of its product: how many are above it and beside it. */
        private String[] tileAt(String number) {
            if (!tile.isGrouped()) {
                return divided(number, tilesAcross);
            }
            String group = Integer.toString(GROUP);
            String[] strip = divided(number, w.make(PtxType.B32, "mul.lo.u32", tilesAcross, group));
            String first = w.make(PtxType.B32, "mul.lo.u32", strip[0], group);
            String left = w.make(PtxType.B32, "sub.u32", tilesDown, first);
            String[] inside = divided(strip[1], w.make(PtxType.B32, "min.u32", left, group));
            return new String[] {w.make(PtxType.B32, "add.u32", first, inside[1]), inside[0]};
        }

        /** The thread's row and column among all threads: a warp is 4 by 8, so that its loads of a step share banks. */
        private String[] threadPlace(String thread) {
            String lane = w.make(PtxType.B32, "and.b32", thread, "31");
            String warp = w.make(PtxType.B32, "shr.u32", thread, "5");
            int across = threadColumns / 8;
            String shift = Integer.toString(31 - Integer.numberOfLeadingZeros(across));
            String down = w.make(PtxType.B32, "shr.u32", warp, shift);
            String beside = w.make(PtxType.B32, "and.b32", warp, Integer.toString(across - 1));
            String row = w.make(PtxType.B32, "shr.u32", lane, "3");
            String column = w.make(PtxType.B32, "and.b32", lane, "7");
            return new String[] {
                w.make(PtxType.B32, "mad.lo.u32", down, "4", row),
                w.make(PtxType.B32, "mad.lo.u32", beside, "8", column)
            };
        }

        /** Where the operand's line 0 starts for this product and part. */
        private String base(String address, String batch, String batchStride, String step, String stepStride) {
            String at = w.make(PtxType.B32, "mul.lo.s32", batch, batchStride);
            at = w.make(PtxType.B32, "mad.lo.s32", step, stepStride, at);
            return w.make(PtxType.B64, "mad.wide.s32", at, Integer.toString(dtype.bytes()), address);
        }

        private String zero() {
            return switch (result) {
                case FLOAT32 -> "0f00000000";
                case FLOAT64 -> "0d0000000000000000";
                default -> "0";
            };
        }

        /** What times zero leaves every sum as it is, even a sum of -0. */
        private String minusZero() {
            return switch (result) {
                case FLOAT32 -> "0f80000000";
                case FLOAT64 -> "0d8000000000000000";
                default -> "0";
            };
        }

        /** All steps of k; the first panel takes those that are too few for a whole one. */
        private void panels(String steps, String[] place, int buffer) {
            String depth = Integer.toString(tile.depth());
            String before = w.make(PtxType.B32, "sub.u32", steps, "1");
            String tail = w.make(PtxType.B32, "and.b32", before, Integer.toString(tile.depth() - 1));
            String first = w.make(PtxType.B32, "add.u32", tail, "1");
            String left = w.make(PtxType.B32, "sub.u32", steps, first);
            leftPanel.readFirst(first, minusZero());
            rightPanel.readFirst(first, zero());

            String zone = w.make(PtxType.B32, "mov.u32", ZONE);
            String second = w.make(PtxType.B32, "add.u32", zone, Integer.toString(leftPanel.sharedBytes()));
            String leftTo = leftPanel.target(zone);
            String rightTo = rightPanel.target(second);
            String leftFrom = w.make(PtxType.B32, "mad.lo.u32", place[0], Integer.toString(rowGroup * size), zone);
            String rightFrom =
                    w.make(PtxType.B32, "mad.lo.u32", place[1], Integer.toString(columnGroup * size), second);
            leftPanel.write(leftTo);
            rightPanel.write(rightTo);
            w.op("bar.sync", "0");
            // The panels read and the panels written change places after every step.
            w.op("add.u32", leftTo, leftTo, Integer.toString(buffer));
            w.op("add.u32", rightTo, rightTo, Integer.toString(buffer));
            String change = w.make(PtxType.B32, "mov.u32", Integer.toString(buffer));

            String top = w.label();
            w.place(top);
            String more = w.make(PtxType.PRED, "setp.ne.u32", left, "0");
            leftPanel.read(more);
            rightPanel.read(more);
            multiply(leftFrom, rightFrom);
            String done = w.label();
            w.jumpUnless(more, done);
            leftPanel.write(leftTo);
            rightPanel.write(rightTo);
            w.op("add.u32", leftFrom, leftFrom, change);
            w.op("add.u32", rightFrom, rightFrom, change);
            w.op("sub.u32", leftTo, leftTo, change);
            w.op("sub.u32", rightTo, rightTo, change);
            w.op("neg.s32", change, change);
            w.op("sub.u32", left, left, depth);
            w.op("bar.sync", "0");
            w.jump(top);
            w.place(done);
        }

        /** One panel: from shared memory to the sums. */
        private void multiply(String leftFrom, String rightFrom) {
            String multiplyAdd = switch (result) {
                case FLOAT32 -> "fma.rn.f32";
                case FLOAT64 -> "fma.rn.f64";
                default -> "mad.lo.s64";
            };
            for (int step = 0; step < tile.depth(); step++) {
                String[] a = fragment(leftFrom, step, tile.rows(), tile.rowsEach(), threadRows * rowGroup);
                String[] b = fragment(rightFrom, step, tile.columns(), tile.columnsEach(), threadColumns * columnGroup);
                for (int i = 0; i < a.length; i++) {
                    for (int j = 0; j < b.length; j++) {
                        w.op(multiplyAdd, sums[i][j], a[i], b[j], sums[i][j]);
                    }
                }
            }
        }

        /** The thread's elements of one step of k, in groups that are {@code apart} elements apart. */
        private String[] fragment(String from, int step, int lines, int each, int apart) {
            int pitch = tile.pitch(lines, result);
            int group = Math.min(16 / size, each);
            String[] registers = new String[each];
            Arrays.setAll(registers, i -> w.register(type));
            for (int first = 0; first < each; first += group) {
                int at = (step * pitch + first / group * apart) * size;
                w.op(
                        "ld.shared" + (group == 1 ? "" : ".v" + group) + "." + Element.access(result),
                        vector(Arrays.copyOfRange(registers, first, first + group)),
                        place(from, at));
            }
            return registers;
        }

        private void store(String firstRow, String firstColumn, String[] place, String product) {
            String row0 = w.make(PtxType.B32, "mad.lo.u32", place[0], Integer.toString(rowGroup), firstRow);
            String column0 = w.make(PtxType.B32, "mad.lo.u32", place[1], Integer.toString(columnGroup), firstColumn);
            String above = w.make(PtxType.B32, "mul.lo.u32", product, m);
            int width = Math.min(outputWidth, columnGroup);
            String[] columns = new String[tile.columnsEach()];
            String[] inside = new String[tile.columnsEach()];
            for (int j = 0; j < columns.length; j += width) {
                columns[j] = after(column0, j, columnGroup, threadColumns);
                inside[j] = w.make(PtxType.PRED, "setp.lt.u32", columns[j], n);
            }
            if (bias) {
                addBias(columns, inside, width);
            }
            for (int i = 0; i < tile.rowsEach(); i++) {
                String row = after(row0, i, rowGroup, threadRows);
                String next = w.label();
                w.jumpIf(w.make(PtxType.PRED, "setp.ge.u32", row, m), next);
                String line = w.make(PtxType.B32, "mul.lo.u32", w.make(PtxType.B32, "add.u32", above, row), n);
                for (int j = 0; j < columns.length; j += width) {
                    String at = w.make(PtxType.B32, "add.u32", line, columns[j]);
                    String address = w.make(PtxType.B64, "mad.wide.u32", at, Integer.toString(size), outputAddress);
                    w.op(
                            "@" + inside[j] + " st.global" + (width == 1 ? "" : ".v" + width) + "."
                                    + Element.access(result),
                            place(address, 0),
                            vector(Arrays.copyOfRange(sums[i], j, j + width)));
                }
                w.place(next);
            }
        }

        /** Adds the elements of the bias to the sums of their columns. */
        private void addBias(String[] columns, String[] inside, int width) {
            for (int j = 0; j < columns.length; j++) {
                int first = j / width * width;
                String address =
                        w.make(PtxType.B64, "mad.wide.u32", columns[first], Integer.toString(size), biasAddress);
                String own = w.make(type, "mov." + (type == PtxType.B64 ? "b64" : type.word()), zero());
                w.op(
                        "@" + inside[first] + " ld.global." + Element.access(result),
                        own,
                        place(address, (j - first) * size));
                for (String[] row : sums) {
                    w.op(Element.addition(result), row[j], row[j], own);
                }
            }
        }

        /** The thread's {@code i}-th row or column. */
        private String after(String first, int i, int group, int threads) {
            int distance = i / group * threads * group + i % group;
            return distance == 0 ? first : w.make(PtxType.B32, "add.u32", first, Integer.toString(distance));
        }
    }
}
