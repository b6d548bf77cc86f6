package tns.op;

/** A sequence that knows how many items it has without going over them. */
public interface Sized {
    int size();
}
