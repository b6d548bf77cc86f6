package tns.lang;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tns.error.TnsException;
import tns.op.Held;
import tns.op.None;
import tns.tensor.DType;
import tns.tensor.GradMode;
import tns.tensor.Param;
import tns.tensor.ProductPrecision;
import tns.tensor.Repetition;
import tns.tensor.Tensor;

/**
 * Takes the turns of one run of a loop. A stretch of the body that has been seen to compute the same from the same things
 * is not evaluated any more: the device computes it again ({@link Repetition}), and the names that it sets get what they
 * would get.
 *
 * <p>The other statements are evaluated as ever. So is the stretch, and looked at anew, where a name or a setting stands for
 * something else than when it was looked at, or where somebody has come to hold what it computed. A tensor that is another
 * one at every turn, such as a batch of data, is brought to where it is read.
 */
final class SteadyTurns {
    /** Turns that are let be: the first ones make what the others use. */
    private static final int FIRST = 2;

    /** How often a statement may stand in the way before it is left out. */
    private static final int MOST_CULPRITS = 2;

    /** How often a name may stand for another number or object before what reads it is left out. */
    private static final int MOST_CHANGES = 3;

    /** Each turn that has to be looked at weighs so much, each that is computed again takes one back. */
    private static final int WEIGHT = 4;

    private static final int MOST_WEIGHT = 100;

    private final Stretches stretches;
    private final Frame frame;
    private final Session session;
    private final Node[] statements;
    /** How often each statement has stood in the way, and those that are left out. */
    private final int[] culprits;

    private final BitSet ruledOut = new BitSet();
    /** How often a name has stood for something else; names of which no turn knows what they stand for in the next. */
    private final Map<String, Integer> changes = new HashMap<>();

    private final Set<String> varying = new HashSet<>();
    /** Names that stand for another tensor at every turn. */
    private final Set<String> moving = new HashSet<>();

    private Stretches.@Nullable Stretch stretch;
    private @Nullable Repetition repetition;
    private @Nullable Settings settings;
    /** What names stood for that the stretch read when it was looked at. */
    private List<Named> given = List.of();

    private List<Named> results = List.of();
    private int turns;
    private int weight;
    private long looked;
    private long computedAgain;
    private boolean told;
    /** What has stood in the way last. */
    private @Nullable String missed;

    /** What a name stands for, before the stretch or after it. */
    private record Named(Variable name, Object value) {}

    /** What ops depend on besides their arguments, where no other device than the host has been named. */
    private record Settings(DType dtype, ProductPrecision precision, boolean tracks) {
        static Settings of(Session session) {
            return new Settings(session.defaultDType(), session.productPrecision(), GradMode.enabled());
        }

        boolean hold(Session session) {
            return dtype == session.defaultDType()
                    && precision == session.productPrecision()
                    && tracks == GradMode.enabled();
        }
    }

    SteadyTurns(Stretches stretches, Stretches.Stretch first, Frame frame) {
        this.stretches = stretches;
        this.frame = frame;
        this.session = frame.session;
        this.statements = stretches.statements();
        this.culprits = new int[statements.length];
        this.stretch = first;
    }

    /** Whether a session is of the kind whose turns can be computed again: on the host, with nobody looking. */
    static boolean suits(Session session) {
        return session.accelerator() == null && session.profile() == null && !session.isRecorded();
    }

    /** A turn: the value of the body, or how it was left. */
    Object turn() {
        try {
            return taken();
        } catch (ExitThrown thrown) {
            return thrown.exit();
        }
    }

    /** The loop is over. */
    void end() {
        forget();
        stretches.ran(looked, computedAgain);
        if (!told && missed != null) {
            session.note("the turns of a loop are evaluated: " + missed);
        }
    }

    private Object taken() {
        Stretches.Stretch present = stretch;
        if (present == null || turns == 0) {
            turns = 1;
            return evaluated(0, statements.length);
        }
        Object value = evaluated(0, present.first());
        if (!(value instanceof Exit) && turns < FIRST) {
            turns++;
            value = tried(present);
        } else if (!(value instanceof Exit) && !again(present)) {
            value = watched(present);
        }
        boolean over = value instanceof Exit || present.end() == statements.length;
        return over ? value : evaluated(present.end(), statements.length);
    }

    /** Evaluates the stretch, and leaves it at that for ever where it computes nothing on tensors. */
    private Object tried(Stretches.Stretch present) {
        long before = session.cpu().worked();
        Object value = evaluated(present.first(), present.end());
        if (session.cpu().worked() == before) {
            stretch = null;
        }
        return value;
    }

    private Object evaluated(int first, int end) {
        Object value = None.NONE;
        for (int i = first; i < end; i++) {
            value = Control.placed(statements[i], frame);
            if (value instanceof Exit) {
                return value;
            }
        }
        return value;
    }

    /** Computes the stretch again if it can be done; if not, nothing has been done. */
    private boolean again(Stretches.Stretch present) {
        Repetition known = repetition;
        Settings then = settings;
        if (known == null || then == null || !then.hold(session) || !suits(session)) {
            return false;
        }
        try {
            if (!known.run()) {
                return false;
            }
        } catch (TnsException e) {
            throw statements[present.first()].at(e); // it was stopped
        }
        computedAgain++;
        weight = Math.max(0, weight - 1);
        if (!told) {
            told = true;
            session.note("the turns of a loop are computed again, not evaluated, from line " + line(present.first()));
        }
        for (int i = 0; i < results.size(); i++) {
            Named result = results.get(i);
            Object before = result.name.peek(frame);
            if (before != result.value) {
                result.name.set(frame, Held.hold(result.value));
                Sharing.drop(before, result.value);
            }
        }
        return true;
    }

    private int line(int statement) {
        return statements[statement].span().line();
    }

    /** Evaluates the stretch, and looks whether that can be done again without it. */
    private Object watched(Stretches.Stretch present) {
        noteChanges();
        if (repetition != null) {
            missed = "each reads or leaves behind something else";
        }
        forget();
        if (findVarying(present)) {
            stretch = stretches.without(ruledOut, varying);
            return evaluated(present.first(), present.end());
        }
        Repetition begun = suits(session) ? session.cpu().repetition() : null;
        if (begun == null) {
            stretch = null;
            return evaluated(present.first(), present.end());
        }
        Settings now = Settings.of(session);
        Steadiness watch = new Steadiness(begun, frame);
        List<Named> moved = new ArrayList<>();
        int culprit = -1;
        Object value = None.NONE;
        boolean over = false;
        session.repeated(begun);
        session.steadiness(watch);
        try {
            given = read(present, begun, watch, moved);
            for (int i = present.first(); i < present.end(); i++) {
                value = Control.placed(statements[i], frame);
                if (culprit < 0 && !begun.mayPass()) {
                    culprit = i;
                }
            }
            for (Variable name : present.names().set()) {
                watch.sets(name.name(), name.peek(frame));
            }
            over = true;
        } finally {
            session.steadiness(null);
            session.repeated(null);
            for (Named each : moved) {
                Object place = each.name.peek(frame);
                each.name.set(frame, each.value);
                Sharing.drop(place, null);
            }
            begun.finish();
            if (!over) {
                begun.end();
            }
        }
        conclude(present, begun, now, culprit);
        return value;
    }

    /** Notes what the names stand for that the stretch reads; tensors that move go to places of their own until it is over. */
    private List<Named> read(Stretches.Stretch present, Repetition begun, Steadiness watch, List<Named> moved) {
        present.names().methods().forEach(watch::mayCall);
        List<Named> read = new ArrayList<>();
        for (Variable name : present.names().read()) {
            Object value = name.peek(frame);
            boolean moves = stretches.isTarget(name) || moving.contains(name.name());
            if (moves && value instanceof Tensor t && t.origin() == null && t.device() == session.cpu()) {
                Tensor place = begun.input(t, () -> name.peek(frame));
                moved.add(new Named(name, t));
                name.set(frame, place.hold());
            } else {
                watch.reads(name);
                if (value != null) {
                    read.add(new Named(name, value));
                }
            }
        }
        return read;
    }

    private void conclude(Stretches.Stretch present, Repetition begun, Settings now, int culprit) {
        looked++;
        weight += WEIGHT;
        String why = begun.refusal();
        if (why == null) {
            repetition = begun;
            settings = now;
            results = new ArrayList<>();
            for (Variable name : present.names().set()) {
                if (name.peek(frame) instanceof Object value) {
                    results.add(new Named(name, value));
                }
            }
        } else {
            begun.end();
            missed = why;
            if (culprit >= 0 && !begun.mayPass() && ++culprits[culprit] == MOST_CULPRITS) {
                session.note("line " + line(culprit) + " is evaluated at every turn: " + why);
                ruledOut.set(culprit);
                stretch = stretches.without(ruledOut, varying);
            }
        }
        if (weight > MOST_WEIGHT) {
            forget();
            stretch = null;
        }
    }

    /** Notes which names stand for something else than when the stretch was looked at: they may at every turn. */
    private void noteChanges() {
        for (Named before : given) {
            String name = before.name.name();
            Object now = before.name.peek(frame);
            if (Steadiness.same(now, before.value)) {
                continue;
            }
            if (before.value instanceof Tensor && now instanceof Tensor) {
                moving.add(name);
            } else if (changes.merge(name, 1, Integer::sum) == MOST_CHANGES) {
                varying.add(name);
            }
        }
    }

    /** Notes which names that a stretch reads cannot be relied upon; whether there are such. */
    private boolean findVarying(Stretches.Stretch present) {
        for (Variable name : present.names().read()) {
            Object value = name.peek(frame);
            boolean fixed = value == null || Steadiness.isFixed(value);
            if (!fixed || stretches.isTarget(name) && !(value instanceof Tensor)) {
                varying.add(name.name());
            }
        }
        for (Variable name : present.names().augmented()) {
            if (!(name.peek(frame) instanceof Param)) {
                varying.add(name.name());
            }
        }
        return present.names().readsAny(varying);
    }

    private void forget() {
        Repetition known = repetition;
        repetition = null;
        results = List.of();
        given = List.of();
        if (known != null) {
            known.end();
        }
    }
}
