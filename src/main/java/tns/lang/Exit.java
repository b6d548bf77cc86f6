package tns.lang;

/**
 * What a statement evaluates to when control leaves it early.
 *
 * <p>Blocks, loops and branches hand it upwards; a {@code return}'s value waits in {@link Frame#result}. Passing a value
 * up costs a comparison per statement, where throwing an exception through the frames of a recursive call costs
 * microseconds.
 */
enum Exit {
    RETURN,
    BREAK,
    CONTINUE
}
