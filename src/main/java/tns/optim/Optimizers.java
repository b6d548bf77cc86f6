package tns.optim;

import tns.op.Family;

/** The optimisers of the language, with PyTorch's exact updates, in the parameter's own dtype. */
public final class Optimizers {
    public static final Family FAMILY = new Family("optimisers");

    /** The settings all elementwise optimisers end with. */
    static final String MAXIMIZE = ", maximize: bool = false)";

    static {
        GradientDescent.define(FAMILY);
        Adam.define(FAMILY);
        Adaptive.define(FAMILY);
        Adafactor.define(FAMILY);
        Muon.define(FAMILY);
        Lbfgs.define(FAMILY);
        Clipping.define(FAMILY);
        ParameterVector.define(FAMILY);
        Schedulers.define(FAMILY);
    }

    private Optimizers() {}
}
