package tns.tensor;

/** The origin of a parameter's value: gradients end here and gather in the cell. */
public final class Leaf extends Origin {
    private final Param cell;

    Leaf(Param cell) {
        super("leaf");
        this.cell = cell;
    }

    public Param cell() {
        return cell;
    }

    @Override
    public Tensor gradient(int i, Tensor y, Tensor dy) {
        throw new IllegalStateException("a leaf has no inputs");
    }
}
