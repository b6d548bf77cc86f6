/**
 * Pointwise programs: a scalar {@link tns.expr.Expr} goes in, a {@link tns.expr.Program} of exactly specified machine
 * steps comes out, and {@link tns.expr.ScalarRunner} defines what it means element by element. Depends on the JDK
 * alone; every other executor (blocks on the CPU, PTX) must give the same bits as the scalar runner, except that one
 * NaN is as good as another. A {@link tns.expr.RowProgram} is made of such programs and folds of rows; {@link
 * tns.expr.RowRunner} defines what it means.
 */
@NullMarked
package tns.expr;

import org.jspecify.annotations.NullMarked;
