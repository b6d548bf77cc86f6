package tns.cuda.ptx;

/**
 * In which order the threads of a block read an operand of a matrix product, so that neighbours read what lies together.
 * A line is a row of the left operand or a column of the right.
 *
 * @param alongLine whether neighbouring threads read along a line, that is along k, and not across lines
 * @param width elements of one load, of at most 16 bytes: more than 1 needs a stride of 1 in that direction, all other
 *     strides, the sizes in that direction and the first address in multiples of it
 */
public record MatrixSide(boolean alongLine, int width) {}
