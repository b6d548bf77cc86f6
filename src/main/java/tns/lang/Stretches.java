package tns.lang;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The stretches of a loop's body that may mean the same at every turn, found when a loop first runs. */
final class Stretches {
    /** Statements of the body from {@code first} to before {@code end}. */
    record Stretch(int first, int end, Names names) {}

    /** Turns that are looked at whatever comes of it. */
    private static final int FEW_LOOKS = 50;

    /** How many turns computed again make up for one that is looked at, which takes two or three times as long as it would. */
    private static final int WORTH = 3;

    private final Node[] statements;
    private final Variable[] targets;
    /** The first choice, once somebody has asked. */
    private @Nullable Stretch best;

    private boolean asked;
    /** Turns that have been looked at, in all runs of the loop, and computed again. */
    private long looked;

    private long again;

    /** @param targets what each turn sets before the body */
    Stretches(Node body, Variable... targets) {
        this.statements = body instanceof Control.Block block ? block.statements() : new Node[0];
        this.targets = targets;
    }

    Node[] statements() {
        return statements;
    }

    /** Whether a name is set anew before each turn. */
    boolean isTarget(Variable name) {
        return Arrays.stream(targets).anyMatch(target -> target.name().equals(name.name()));
    }

    /** What takes the turns of a run of the loop; null where that is no better than to evaluate the body. */
    @Nullable
    SteadyTurns turns(Frame frame) {
        Stretch first = best();
        boolean inVain = looked > FEW_LOOKS && again < WORTH * looked;
        return first == null || inVain || !SteadyTurns.suits(frame.session)
                ? null
                : new SteadyTurns(this, first, frame);
    }

    /** A run of the loop is over: so many turns were looked at, and computed again. */
    void ran(long lookedAt, long computedAgain) {
        looked += lookedAt;
        again += computedAgain;
    }

    private @Nullable Stretch best() {
        if (!asked) {
            asked = true;
            best = without(new BitSet(), Set.of());
        }
        return best;
    }

    /**
     * The stretch of the most calls among statements that have not been {@code ruledOut} and read no name that varies; null
     * when there is none.
     */
    @Nullable
    Stretch without(BitSet ruledOut, Set<String> varying) {
        Stretch longest = null;
        for (int first = 0; first < statements.length; first++) {
            Stretch from = from(first, ruledOut, varying);
            if (from != null && (longest == null || from.names.count() > longest.names.count())) {
                longest = from;
            }
        }
        return longest;
    }

    /** The longest one that begins there; null where it would call nothing. */
    private @Nullable Stretch from(int first, BitSet ruledOut, Set<String> varying) {
        int end = first;
        Names names = new Names();
        while (end < statements.length && !ruledOut.get(end)) {
            boolean steady = statements[end].isSteady(names) && names.repeats() && !names.readsAny(varying);
            if (!steady) {
                names = new Names(); // without those of this statement
                Names.areSteady(names, Arrays.copyOfRange(statements, first, end));
                break;
            }
            end++;
        }
        return names.count() == 0 ? null : new Stretch(first, end, names);
    }
}
