package tns.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tns.cuda.TurnLog.Occupant;
import tns.cuda.TurnLog.Piece;
import tns.cuda.driver.Driver;
import tns.error.TnsException;
import tns.tensor.DType;
import tns.tensor.Shape;
import tns.tensor.Tensor;

/**
 * A turn of a loop whose calls are recorded: as long as another turn makes the very same ones they are put off, and then
 * queued by one launch.
 *
 * <p>For the calls to be the same, every piece of memory that a turn asks for is where the recorded turn had it, its
 * place. What a turn has left there moves before the next one: to its home, where the recorded turn read what the turn
 * before it had made, if it did; else, should anybody still hold it, to memory of its own.
 */
final class TurnReplay {
    /** Fewer calls are not worth a recording. */
    private static final int LEAST_CALLS = 3;

    /** What a turn makes and the next one reads: the place where it is made, and where it is read. */
    private record Carried(int place, long home) {}

    /** Recorded calls up to {@code end}, all at once by {@code graph}; 0 where they are queued one by one. */
    private record Segment(int end, long graph) {}

    private final CudaDevice device;
    private final WatchedDriver driver;
    private final DeviceMemory memory;
    private final List<Call> calls;
    private final List<Piece> places;
    private final List<Carried> carried = new ArrayList<>();
    private final BitSet isCarried = new BitSet();
    private final List<Call> carry;
    /** Whether that is done by itself, and not with the first calls, since numbers are read before those. */
    private final boolean carriesFirst;

    private final List<Segment> segments = new ArrayList<>();
    private final int numbers;
    private final BitSet varied;
    private final DeviceBuffer cells;
    private final int inputs;
    private final Map<Integer, DeviceBuffer> moving;
    /** What lies at every place, and in every home. */
    private final @Nullable Occupant[] atPlace;

    private final @Nullable Occupant[] atHome;
    private final long[] row;

    /** How far this turn has come: in calls seen, calls queued, segments, places, inputs, numbers, and cells filled and sent. */
    private int seen;

    private int queued;
    private int segment;
    private int placed;
    private int input;
    private int number;
    private int filled;
    private int sent;
    private boolean carryWaits;

    /**
     * Records a turn, which has been done.
     *
     * @param before the turn before it
     * @param varied which of the numbers may change, and so lie in {@code cells}
     * @param moving where the inputs are copied that lie elsewhere at each turn, by their number in the turn
     */
    TurnReplay(
            CudaDevice device,
            WatchedDriver driver,
            DeviceMemory memory,
            TurnLog before,
            TurnLog turn,
            BitSet varied,
            DeviceBuffer cells,
            Map<Integer, DeviceBuffer> moving) {
        this.device = device;
        this.driver = driver;
        this.memory = memory;
        this.calls = turn.calls;
        this.places = turn.pieces;
        this.numbers = turn.numbers.size();
        this.varied = varied;
        this.cells = cells;
        this.inputs = turn.inputs.size();
        this.moving = moving;
        this.row = new long[cells.size()];
        findCarried(before);
        atPlace = new @Nullable Occupant[places.size()];
        Arrays.setAll(atPlace, i -> places.get(i).occupant());
        atHome = new @Nullable Occupant[carried.size()];
        Arrays.setAll(atHome, i -> before.pieces.get(carried.get(i).place).occupant());
        carry = carryCalls();
        carriesFirst = turn.readsFirst;
        capture(turn.cuts);
        places.forEach(piece -> memory.pin(piece.address()));
        carried.forEach(c -> memory.pin(c.home));
    }

    /** The calls of a turn. */
    int size() {
        return calls.size();
    }

    /** By how many launches they are queued. */
    int launches() {
        int count = 0;
        int start = 0;
        for (Segment s : segments) {
            count += s.graph == 0 ? s.end - start : 1;
            start = s.end;
        }
        return count;
    }

    /** Whatever number in a call may be an address in something that the turn before made is taken for it. */
    private void findCarried(TurnLog before) {
        TreeMap<Long, Integer> own = new TreeMap<>();
        for (int i = 0; i < places.size(); i++) {
            own.put(places.get(i).address(), i);
        }
        TreeMap<Long, Integer> earlier = new TreeMap<>(before.living);
        for (Call call : calls) {
            for (long address : call.numbers()) {
                if (pieceAt(own, places, address) < 0) {
                    int piece = pieceAt(earlier, before.pieces, address);
                    if (piece >= 0 && places.get(piece).dtype() != null && !isCarried.get(piece)) {
                        isCarried.set(piece);
                        carried.add(new Carried(piece, before.pieces.get(piece).address()));
                    }
                }
            }
        }
    }

    private static int pieceAt(NavigableMap<Long, Integer> byAddress, List<Piece> pieces, long address) {
        Map.Entry<Long, Integer> below = byAddress.floorEntry(address);
        return below != null
                        && address - below.getKey()
                                < pieces.get(below.getValue()).bytes()
                ? below.getValue()
                : -1;
    }

    /** What brings from every carried place to its home. */
    private List<Call> carryCalls() {
        List<Call> all = new ArrayList<>();
        List<Tensor> from = new ArrayList<>();
        List<Tensor> to = new ArrayList<>();
        for (Carried c : carried) {
            Piece piece = places.get(c.place);
            if (piece.dtype() != null && piece.size() > 0) {
                from.add(at(piece.dtype(), piece.size(), piece.address()));
                to.add(at(piece.dtype(), piece.size(), c.home));
            }
        }
        driver.collect(all, () -> device.copyEach(from, to));
        return all;
    }

    private Tensor at(DType dtype, int size, long address) {
        return Tensor.of(new DeviceBuffer(device, dtype, size, address), Shape.of(size));
    }

    private void capture(List<Integer> cuts) {
        List<Integer> ends = new ArrayList<>(cuts);
        if (ends.isEmpty() || ends.getLast() != calls.size()) {
            ends.add(calls.size());
        }
        Driver plain = driver.plain();
        int start = 0;
        for (int end : ends) {
            long graph = 0;
            if (end - start >= LEAST_CALLS) {
                boolean done = false;
                plain.beginCapture();
                try {
                    if (start == 0 && !carriesFirst) {
                        carry.forEach(call -> call.issue(plain));
                    }
                    calls.subList(start, end).forEach(call -> call.issue(plain));
                    done = true;
                } finally {
                    if (!done) {
                        plain.abandonCapture();
                        discard();
                    }
                }
                graph = plain.endCapture();
            }
            segments.add(new Segment(end, graph));
            start = end;
        }
    }

    private void discard() {
        for (Segment s : segments) {
            if (s.graph != 0) {
                driver.plain().discard(s.graph);
            }
        }
        segments.clear();
    }

    /**
     * Begins a turn; the one before has come to its end, and everything of it is queued.
     *
     * @throws TnsException of kind LIMIT when there is no room for what is still held of the last turn; nothing has moved
     */
    void begin() {
        List<DeviceBuffer> leaving = new ArrayList<>();
        for (Occupant occupant : atHome) {
            addLiving(occupant, leaving);
        }
        for (int i = 0; i < atPlace.length; i++) {
            if (!isCarried.get(i)) {
                addLiving(atPlace[i], leaving);
            }
        }
        moveOut(leaving);
        for (int c = 0; c < atHome.length; c++) {
            Carried one = carried.get(c);
            Occupant occupant = atPlace[one.place];
            atHome[c] = occupant;
            DeviceBuffer buffer = living(occupant);
            if (buffer != null) {
                memory.move(buffer, one.home);
            }
        }
        Arrays.fill(atPlace, null);
        seen = 0;
        queued = 0;
        segment = 0;
        placed = 0;
        input = 0;
        number = 0;
        filled = 0;
        sent = 0;
        carryWaits = true;
        if (carriesFirst) {
            queueAll();
        }
    }

    private void addLiving(@Nullable Occupant occupant, List<DeviceBuffer> all) {
        DeviceBuffer buffer = living(occupant);
        if (buffer != null) {
            all.add(buffer);
        }
    }

    private @Nullable DeviceBuffer living(@Nullable Occupant occupant) {
        if (occupant == null) {
            return null;
        }
        DeviceBuffer buffer = occupant.buffer().get();
        if (buffer == null) {
            memory.bury(occupant.remains());
            return null;
        }
        return memory.isLiving(buffer) ? buffer : null;
    }

    private void moveOut(List<DeviceBuffer> leaving) {
        long[] rooms = new long[leaving.size()];
        int taken = 0;
        try {
            while (taken < rooms.length) {
                rooms[taken] = memory.roomFor(leaving.get(taken));
                taken++;
            }
        } finally {
            for (int i = 0; taken < rooms.length && i < taken; i++) {
                memory.release(rooms[i]);
            }
        }
        List<Tensor> from = new ArrayList<>();
        List<Tensor> to = new ArrayList<>();
        for (int i = 0; i < rooms.length; i++) {
            DeviceBuffer buffer = leaving.get(i);
            if (buffer.size() > 0) {
                from.add(at(buffer.dtype(), buffer.size(), buffer.address()));
                to.add(at(buffer.dtype(), buffer.size(), rooms[i]));
            }
        }
        driver.unwatched(() -> device.copyEach(from, to));
        for (int i = 0; i < rooms.length; i++) {
            memory.move(leaving.get(i), rooms[i]);
        }
    }

    /** Whether nothing has been asked for since the turn began. */
    boolean isFresh() {
        return seen == 0 && placed == 0 && input == 0 && number == 0 && filled == 0;
    }

    /** Whether all calls of the turn have been seen, so that whatever comes is beyond the recording. */
    boolean isComplete() {
        return seen == calls.size();
    }

    /** Whether {@code call} is the next one of the recording, which is done or will be. */
    boolean puts(Call call) {
        if (!call.equals(calls.get(seen))) {
            return false;
        }
        seen++;
        int end = segments.get(segment).end;
        if (seen < end) {
            if (queued > start()) {
                queueUpTo(seen);
            }
            return true;
        }
        long graph = segments.get(segment).graph;
        boolean carries = segment == 0 && !carriesFirst;
        if (graph == 0 || queued > start() || carries != carryWaits) {
            queueUpTo(end);
        } else {
            send();
            driver.plain().replay(graph);
            carryWaits = false;
            queued = end;
        }
        segment++;
        return true;
    }

    /** What the recorded turn did where this one does {@code call}. */
    String difference(Call call) {
        return call.isAlike(calls.get(seen))
                ? "a kernel is given another place in memory, or another number, than the turn before"
                : "a turn does other work than the one before";
    }

    private int start() {
        return segment == 0 ? 0 : segments.get(segment - 1).end;
    }

    /** Queues what has been put off. */
    void queueAll() {
        queueUpTo(seen);
    }

    private void queueUpTo(int end) {
        send();
        Driver plain = driver.plain();
        if (carryWaits) {
            carryWaits = false;
            carry.forEach(call -> call.issue(plain));
        }
        while (queued < end) {
            calls.get(queued++).issue(plain);
        }
    }

    /** Sends the numbers of the host that have not been. */
    private void send() {
        if (sent < filled) {
            driver.plain().write(cells.address() + 8L * sent, row, sent, filled - sent);
            sent = filled;
        }
    }

    /** Numbers are about to be sent there: ahead of what is put off where that does not look there. */
    void sends(long address) {
        int last = placed - 1;
        boolean fresh = last >= 0 && places.get(last).address() == address && !(carryWaits && isCarried.get(last));
        if (!fresh) {
            queueAll();
        }
    }

    /** The place of the next piece; 0 when the recorded turn asked for another. */
    long place(long bytes) {
        if (placed == places.size() || places.get(placed).bytes() != bytes) {
            return 0;
        }
        atPlace[placed] = null;
        return places.get(placed++).address();
    }

    /** What the last place is for. */
    void placed(DeviceBuffer buffer) {
        atPlace[placed - 1] = Occupant.of(buffer);
    }

    /**
     * A kernel is to read a tensor: where its elements are to be copied first, null where they are read where they lie.
     * What is copied is all that has been queued of it.
     */
    @Nullable
    DeviceBuffer input(Tensor t) {
        if (input == inputs) {
            return null;
        }
        DeviceBuffer copy = moving.get(input++);
        if (copy == null || copy.dtype() != t.dtype() || copy.size() != t.elements()) {
            return null;
        }
        DeviceBuffer source = (DeviceBuffer) t.buffer();
        long bytes = (long) source.size() * source.dtype().bytes();
        if (isPutOff(source.address(), bytes)) {
            queueAll();
        }
        return copy;
    }

    /** Whether something that has been put off may write there. */
    private boolean isPutOff(long address, long bytes) {
        for (Call call : carryWaits ? carry : List.<Call>of()) {
            if (names(call, address, bytes)) {
                return true;
            }
        }
        for (Call call : calls.subList(queued, seen)) {
            if (names(call, address, bytes)) {
                return true;
            }
        }
        return false;
    }

    private static boolean names(Call call, long address, long bytes) {
        for (long number : call.numbers()) {
            if (number >= address && number - address < bytes) {
                return true;
            }
        }
        return false;
    }

    /** The address at which the next number is to be read; 0 where it does not vary, -1 when there is one too many. */
    long number(long bits) {
        if (number == numbers) {
            return -1;
        }
        return varied.get(number++) ? cell(bits) : 0;
    }

    /** The address of the seed and the number of the next draw; -1 when there is one too many. */
    long draw(long seed, long call) {
        long address = cell(seed);
        return address < 0 || cell(call) < 0 ? -1 : address;
    }

    private long cell(long bits) {
        if (filled == row.length) {
            return -1;
        }
        row[filled++] = bits;
        return cells.address() + 8L * (filled - 1);
    }

    /** Forgets the recording; what lies in its memory stays there. Everything put off has been queued. */
    void end() {
        discard();
        places.forEach(piece -> memory.unpin(piece.address()));
        carried.forEach(c -> memory.unpin(c.home));
    }
}
