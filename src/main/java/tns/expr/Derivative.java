package tns.expr;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reverse-mode differentiation of an expression graph: each shared subexpression's adjoint is summed, then passed on
 * once.
 */
final class Derivative {
    private final Expr input;
    private final Set<Expr> seen = new HashSet<>();
    /** The applications that lead to the input, arguments before users. */
    private final List<Expr> order = new ArrayList<>();

    private final Map<Expr, Expr> adjoints = new HashMap<>();

    private Derivative(Expr input) {
        this.input = input;
    }

    /** {@code dy * d y / d input}, {@link Expr#ZERO} if y does not depend on the input. */
    static Expr of(Expr y, Expr input, Expr dy) {
        Derivative derivative = new Derivative(input);
        derivative.visit(y);
        derivative.adjoints.put(y, dy);
        for (Expr user : derivative.order.reversed()) {
            derivative.passOn(user);
        }
        return derivative.adjoints.getOrDefault(input, Expr.ZERO);
    }

    private void visit(Expr expr) {
        if (!seen.add(expr)) {
            return;
        }
        expr.arguments().forEach(this::visit);
        if (!expr.arguments().isEmpty() && expr.uses(input.inputNumber())) {
            order.add(expr);
        }
    }

    private void passOn(Expr user) {
        Expr dy = adjoints.get(user);
        if (dy == null) {
            return;
        }
        for (int i = 0; i < user.arguments().size(); i++) {
            Expr argument = user.arguments().get(i);
            Expr share = argument.uses(input.inputNumber()) ? user.primitive().derivative(i, dy, user) : null;
            if (share != null) {
                adjoints.merge(argument, share, Expr::add);
            }
        }
    }
}
