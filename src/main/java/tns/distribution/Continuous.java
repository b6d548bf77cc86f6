package tns.distribution;

import tns.tensor.Shape;

/** A distribution with a density: gradients flow through its draws, and the probability below a number is known. */
abstract class Continuous extends Distribution {
    Continuous(String name, Shape batch) {
        super(name, batch);
    }

    @Override
    final boolean followsGradients() {
        return true;
    }

    @Override
    final boolean knowsBelow() {
        return true;
    }
}
