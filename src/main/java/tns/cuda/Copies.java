package tns.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import tns.cuda.ptx.CopyKernel;
import tns.cuda.ptx.TransposeKernel;

/**
 * Copies of a view to another one of the same shape and dtype, element for element.
 *
 * <p>Three ways: what is contiguous on both sides is copied in units of 16 bytes; where memory runs along different
 * dims, square tiles are turned in shared memory; everything else is copied in the order of the target, in units as
 * large as the layout allows.
 */
final class Copies {
    /** Both sides of a plane must be this long for tiles: shorter ones leave most threads of a tile without work. */
    private static final int TILE_MIN_SIDE = 16;

    private static final int SMALL_TILE = 32;
    private static final int LARGE_TILE = 64;

    private Copies() {}

    /**
     * Copies {@code from} to {@code to}, of equal shape and in distinct memory.
     *
     * @return whether it was done: not for different dtypes
     */
    static boolean run(Stream stream, Region from, Region to) {
        if (from.dtype() != to.dtype()) {
            return false;
        }
        if (from.view().shape().elements() == 0) {
            return true;
        }
        List<Dim> dims = merged(from, to);
        int along = unitStride(dims, Dim::from);
        int across = unitStride(dims, Dim::to);
        if (along >= 0
                && across >= 0
                && along != across
                && dims.get(along).size() >= TILE_MIN_SIDE
                && dims.get(across).size() >= TILE_MIN_SIDE) {
            transpose(stream, from, to, dims, along, across);
        } else {
            copy(stream, from, to, dims);
        }
        return true;
    }

    /** A dim of both views: its size, and how far apart its elements lie in either. */
    private record Dim(int size, int from, int to) {
        boolean isOuterOf(Dim inner) {
            return from == (long) inner.from * inner.size && to == (long) inner.to * inner.size;
        }
    }

    /** The stride of a dim on one side. */
    @FunctionalInterface
    private interface Side {
        int of(Dim dim);
    }

    /** The dims in the order of the target's memory, without those of size 1, neighbours that lie as one merged. */
    private static List<Dim> merged(Region from, Region to) {
        List<Dim> dims = new ArrayList<>();
        for (int d = 0; d < from.view().shape().rank(); d++) {
            int size = from.view().shape().size(d);
            if (size != 1) {
                dims.add(new Dim(size, from.view().strides()[d], to.view().strides()[d]));
            }
        }
        dims.sort(Comparator.comparingInt((Dim dim) -> Math.abs(dim.to())).reversed());
        List<Dim> merged = new ArrayList<>();
        for (Dim dim : dims) {
            if (!merged.isEmpty() && merged.getLast().isOuterOf(dim)) {
                dim = new Dim(merged.removeLast().size() * dim.size(), dim.from(), dim.to());
            }
            merged.add(dim);
        }
        return merged;
    }

    /** The dim along which memory runs on one side, forwards or backwards; -1 if there is none. */
    private static int unitStride(List<Dim> dims, Side side) {
        for (int d = dims.size() - 1; d >= 0; d--) {
            if (Math.abs(side.of(dims.get(d))) == 1) {
                return d;
            }
        }
        return -1;
    }

    private static void transpose(Stream stream, Region from, Region to, List<Dim> dims, int along, int across) {
        Dim a = dims.get(along);
        Dim b = dims.get(across);
        List<Dim> outer = new ArrayList<>(dims);
        outer.remove(a);
        outer.remove(b);
        int tile = Math.min(a.size(), b.size()) <= SMALL_TILE ? SMALL_TILE : LARGE_TILE;
        int tilesA = (a.size() - 1) / tile + 1;
        int tilesB = (b.size() - 1) / tile + 1;
        int blocks = tilesA * tilesB;
        for (Dim dim : outer) {
            blocks *= dim.size();
        }
        long[] first = {from.first(), to.first(), a.size(), b.size(), a.from(), b.from(), a.to(), b.to(), tilesA, tilesB
        };
        TransposeKernel kernel = new TransposeKernel(from.dtype().bytes(), tile, outer.size());
        stream.launch(kernel, blocks, arguments(first, outer));
    }

    private static void copy(Stream stream, Region from, Region to, List<Dim> dims) {
        int bytes = from.dtype().bytes();
        int elements = from.view().shape().elements();
        long addresses = from.first() | to.first();
        boolean runs =
                !dims.isEmpty() && dims.getLast().from() == 1 && dims.getLast().to() == 1;
        if (dims.isEmpty() || runs && dims.size() == 1) {
            int unit = (int) Long.lowestOneBit(16 | addresses);
            int units = (int) ((long) elements * bytes / unit);
            int rest = elements - units * (unit / bytes);
            int blocks = Grid.blocks(stream, Math.max(units, 1), CopyKernel.THREADS);
            stream.launch(new CopyKernel(unit, bytes, 0), blocks, units, from.first(), to.first(), rest);
            return;
        }
        int unit = bytes;
        if (runs) {
            long layout = addresses | (long) dims.getLast().size() * bytes;
            for (Dim dim : dims.subList(0, dims.size() - 1)) {
                layout |= (long) dim.from() * bytes | (long) dim.to() * bytes;
            }
            unit = (int) Long.lowestOneBit(16 | layout);
        }
        int width = unit / bytes;
        List<Dim> units = new ArrayList<>();
        for (Dim dim : dims) {
            boolean innermost = units.size() == dims.size() - 1;
            units.add(
                    innermost && runs
                            ? new Dim(dim.size() / width, 1, 1)
                            : new Dim(dim.size(), dim.from() / width, dim.to() / width));
        }
        int count = elements / width;
        long[] first = {count, from.first(), to.first()};
        stream.launch(
                new CopyKernel(unit, bytes, units.size()),
                Grid.blocks(stream, count, CopyKernel.THREADS),
                arguments(first, units));
    }

    /** The first parameters, then of all dims the sizes, the source's strides and the target's. */
    private static long[] arguments(long[] first, List<Dim> dims) {
        int rank = dims.size();
        long[] all = Arrays.copyOf(first, first.length + 3 * rank);
        for (int d = 0; d < rank; d++) {
            all[first.length + d] = dims.get(d).size();
            all[first.length + rank + d] = dims.get(d).from();
            all[first.length + 2 * rank + d] = dims.get(d).to();
        }
        return all;
    }
}
