package tns.lang;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tns.error.ErrorKind;
import tns.error.Span;
import tns.error.TnsException;
import tns.nn.Module;
import tns.op.Context;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** An instance of a {@code model}: fields made once in order, and methods that see them. */
public final class Model extends Module implements Stores.MutableMembers {
    private final String type;
    private final Map<String, Cell> cells = new LinkedHashMap<>();
    private final Map<String, Function> methods = new LinkedHashMap<>();

    Model(String type) {
        this.type = type;
    }

    @Override
    public String typeName() {
        return type;
    }

    @Override
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        cells.forEach((name, cell) -> {
            if (cell.value != null) {
                fields.put(name, cell.value);
            }
        });
        return fields;
    }

    @Override
    protected void field(String name, Object value) {
        assign(name, value);
    }

    @Override
    public @Nullable Object member(String name) {
        Function method = methods.get(name);
        if (method != null) {
            return method;
        }
        Cell cell = cells.get(name);
        return cell != null && cell.value != null ? cell.value : super.member(name);
    }

    @Override
    public Object forward(Context context, Object[] positional, Map<String, Object> named) {
        Function forward = methods.get("forward");
        if (forward == null) {
            throw new TnsException(ErrorKind.NAME, type + ": has no forward method, so it cannot be called")
                    .help("model " + type + " { forward(x) = … }");
        }
        return forward.call(context, positional, named);
    }

    @Override
    public void assign(String name, Object value) {
        Cell cell = cells.computeIfAbsent(name, n -> new Cell());
        if (cell.value instanceof Param p && value instanceof Tensor t) {
            p.set(t);
        } else {
            cell.value = value;
        }
    }

    @Override
    public java.util.Collection<String> memberNames() {
        Set<String> names = new LinkedHashSet<>(methods.keySet());
        names.addAll(super.memberNames());
        return names;
    }

    /** One line of a model's body: a field with its value, or a method. */
    public record Member(String name, Variable variable, Node value, boolean method) {}

    /** The body of a {@code model}'s constructor: makes the fields and methods, and gives the instance. */
    public static final class Construct extends Node {
        private final String type;
        private final Variable self;
        private final Member[] members;

        public Construct(Span span, String type, Variable self, List<Member> members) {
            super(span);
            this.type = type;
            this.self = self;
            this.members = members.toArray(new Member[0]);
        }

        @Override
        public Object eval(Frame frame) {
            Model model = new Model(type);
            frame.session.made(model);
            self.set(frame, model);
            for (Member member : members) {
                if (member.method) {
                    Function method = (Function) member.value.eval(frame);
                    member.variable.set(frame, method);
                    model.methods.put(member.name, method);
                }
            }
            for (Member member : members) {
                if (!member.method) {
                    member.variable.set(frame, Sharing.settle(member.value.eval(frame)));
                    model.cells.put(member.name, member.variable.cell(frame));
                }
            }
            return model;
        }
    }
}
