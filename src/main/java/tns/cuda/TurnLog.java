package tns.cuda;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tns.tensor.DType;

/** What one turn of a loop asked of a device, in order. */
final class TurnLog {
    /** A buffer that may be gone. */
    record Occupant(
            WeakReference<DeviceBuffer> buffer, @Nullable Object remains) {
        static Occupant of(DeviceBuffer buffer) {
            return new Occupant(new WeakReference<>(buffer), DeviceMemory.remains(buffer));
        }
    }

    /** Memory that was handed out; without an occupant and a dtype where it is temporary. */
    record Piece(
            long address,
            long bytes,
            @Nullable DType dtype,
            int size,
            @Nullable Occupant occupant) {}

    /** What a kernel reads: where it begins, and how much it is. */
    record Input(long address, DType dtype, int elements) {
        boolean hasSizeOf(Input other) {
            return dtype == other.dtype && elements == other.elements;
        }
    }

    /** How many pieces, inputs, numbers and draws there had been at a call. */
    private record Mark(int pieces, int inputs, int numbers, int draws) {}

    final List<Call> calls = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    final List<Piece> pieces = new ArrayList<>();

    /** By address, the pieces that have not been given back since. */
    final Map<Long, Integer> living = new HashMap<>();

    final List<Input> inputs = new ArrayList<>();

    /** The bits of numbers of the host that kernels were given. */
    final List<Long> numbers = new ArrayList<>();

    /** How many calls there had been when all of them had to be queued, as before numbers are read. */
    final List<Integer> cuts = new ArrayList<>();

    /** Whether that was so before the first call, as where a loop goes on while a number is large. */
    boolean readsFirst;

    /** How many times random numbers were drawn. */
    int draws;

    void taken(long address, long bytes, @Nullable DeviceBuffer buffer) {
        living.put(address, pieces.size());
        pieces.add(
                buffer == null
                        ? new Piece(address, bytes, null, 0, null)
                        : new Piece(address, bytes, buffer.dtype(), buffer.size(), Occupant.of(buffer)));
    }

    void givenBack(long address) {
        living.remove(address);
    }

    /** All calls so far had to be queued. */
    void cut() {
        int now = calls.size();
        readsFirst |= now == 0;
        if (now > 0 && (cuts.isEmpty() || cuts.getLast() != now)) {
            cuts.add(now);
        }
    }

    /** The bytes handed out. */
    long bytes() {
        return pieces.stream().mapToLong(Piece::bytes).sum();
    }

    void called(Call call) {
        calls.add(call);
        marks.add(new Mark(pieces.size(), inputs.size(), numbers.size(), draws));
    }

    /** This turn up to its first {@code count} calls; what lives is what lived after all of them. */
    TurnLog first(int count) {
        TurnLog part = new TurnLog();
        if (count > 0) {
            Mark mark = marks.get(count - 1);
            part.calls.addAll(calls.subList(0, count));
            part.marks.addAll(marks.subList(0, count));
            part.pieces.addAll(pieces.subList(0, mark.pieces));
            part.inputs.addAll(inputs.subList(0, mark.inputs));
            part.numbers.addAll(numbers.subList(0, mark.numbers));
            part.draws = mark.draws;
        }
        part.readsFirst = readsFirst;
        living.forEach((address, piece) -> {
            if (piece < part.pieces.size()) {
                part.living.put(address, piece);
            }
        });
        for (int cut : cuts) {
            if (cut <= count) {
                part.cuts.add(cut);
            }
        }
        return part;
    }

    /** What {@code next} did otherwise, but for addresses, numbers, and how kernels are given them; null when nothing. */
    @Nullable
    String differenceTo(TurnLog next) {
        if (next.calls.size() != calls.size()) {
            return "a turn does less than another";
        }
        if (next.pieces.size() != pieces.size()
                || next.inputs.size() != inputs.size()
                || next.numbers.size() != numbers.size()
                || next.draws != draws) {
            return "a turn makes more tensors, or uses more numbers, than another";
        }
        for (int i = 0; i < pieces.size(); i++) {
            if (pieces.get(i).bytes != next.pieces.get(i).bytes || pieces.get(i).dtype != next.pieces.get(i).dtype) {
                return "its tensors have other shapes from turn to turn";
            }
        }
        for (int i = 0; i < calls.size(); i++) {
            if (!calls.get(i).getClass().equals(next.calls.get(i).getClass())) {
                return "a turn does other work than another";
            }
        }
        return null;
    }

    /** Whether the turn, or {@code earlier}, the one before it, has made what lies at {@code address}. */
    boolean isMadeHereOr(TurnLog earlier, long address) {
        return isInside(pieces, address) || isInside(earlier.pieces, address);
    }

    private static boolean isInside(List<Piece> pieces, long address) {
        return pieces.stream().anyMatch(p -> address >= p.address && address - p.address < p.bytes);
    }

    /** Whether both make the same calls, but for addresses and numbers. */
    boolean isAlike(TurnLog next) {
        for (int i = 0; i < calls.size(); i++) {
            if (!calls.get(i).isAlike(next.calls.get(i))) {
                return false;
            }
        }
        return true;
    }
}
