package tns.op;

/** The index {@code ...}: as many whole dimensions as are left. */
public enum Ellipsis {
    ELLIPSIS
}
