package tns.op;

/** Every tensor op of the language, gathered from the families. */
public final class Library {
    private Library() {}

    /** A new table with all tensor ops; the language adds its host functions to it. */
    public static OpTable create() {
        return new OpTable()
                .add(Arithmetic.FAMILY)
                .add(Divisors.FAMILY)
                .add(Comparison.FAMILY)
                .add(Elementary.FAMILY)
                .add(Activations.FAMILY)
                .add(ReductionOps.FAMILY)
                .add(Softmax.FAMILY)
                .add(Contraction.FAMILY)
                .add(ShapeOps.FAMILY)
                .add(Joining.FAMILY)
                .add(SelectionOps.FAMILY)
                .add(Creation.FAMILY)
                .add(RandomOps.FAMILY)
                .add(LossOps.FAMILY)
                .add(Differences.FAMILY)
                .add(SortingOps.FAMILY)
                .add(ConvolutionOps.FAMILY)
                .add(Pooling.FAMILY)
                .add(AdaptivePooling.FAMILY)
                .add(Padding.FAMILY)
                .add(PixelOps.FAMILY)
                .add(Interpolation.FAMILY)
                .add(ChannelNorms.FAMILY)
                .add(Attention.FAMILY)
                .add(Cumulative.FAMILY)
                .add(SpecialFunctions.FAMILY)
                .add(ScalarFunctions.FAMILY)
                .add(Thresholds.FAMILY)
                .add(Divergences.FAMILY)
                .add(MarginLosses.FAMILY)
                .add(Distances.FAMILY)
                .add(Quantiles.FAMILY)
                .add(Counting.FAMILY)
                .add(Placement.FAMILY)
                .add(Rearranging.FAMILY)
                .add(Diagonals.FAMILY)
                .add(Grids.FAMILY)
                .add(Products.FAMILY)
                .add(Einsum.FAMILY)
                .add(Solving.FAMILY)
                .add(Decompositions.FAMILY)
                .add(PseudoInverse.FAMILY)
                .add(MatrixNorms.FAMILY)
                .add(AutogradOps.FAMILY)
                .add(DeviceOps.FAMILY)
                .add(Scaling.FAMILY)
                .add(Metrics.FAMILY);
    }
}
