package tns.optim;

import tns.tensor.Param;
import tns.tensor.Recording;

/** The count of a parameter's steps: kept up by each run of a recording too, although the host takes no step then. */
final class StepCount {
    private StepCount() {}

    /** Counts a step of a parameter, and says which formula it takes; in a recording, at each run of it. */
    static int of(Param p, Settings settings, ParamGroup.State state, Elementwise.Phase phase) {
        Recording recording = p.look().device().recording();
        return recording == null ? count(settings, state, phase) : recorded(recording, settings, state, phase);
    }

    private static int count(Settings settings, ParamGroup.State state, Elementwise.Phase phase) {
        state.count();
        return phase.of(settings, state);
    }

    private static int recorded(
            Recording recording, Settings settings, ParamGroup.State state, Elementwise.Phase phase) {
        Runnable undo = state.numbers();
        int number = count(settings, state, phase);
        long bits = settings.bits();
        int[] now = {number};
        recording.eachRun(
                () -> {
                    Runnable back = state.numbers();
                    now[0] = count(settings, state, phase);
                    return back;
                },
                undo);
        recording.onlyWhile(() -> now[0] == number && settings.bits() == bits);
        return number;
    }
}
