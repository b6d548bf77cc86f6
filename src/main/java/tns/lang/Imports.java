package tns.lang;

import java.util.List;
import tns.error.ErrorKind;
import tns.error.Span;
import tns.error.Suggestion;
import tns.error.TnsException;
import tns.op.None;

/** {@code import layers} and {@code from layers import Net}. */
public final class Imports {
    private Imports() {}

    private static FileValue load(Frame frame, Node at, String path) {
        try {
            return frame.session.loader().load(frame.session, path, at.span().source());
        } catch (TnsException e) {
            throw at.at(e);
        }
    }

    /** Binds the whole file. */
    public static final class File extends Node {
        private final String path;
        private final Variable target;

        public File(Span span, String path, Variable target) {
            super(span);
            this.path = path;
            this.target = target;
        }

        @Override
        public Object eval(Frame frame) {
            target.set(frame, load(frame, this, path));
            return None.NONE;
        }
    }

    /** Binds some of its names. */
    public static final class Names extends Node {
        private final String path;
        private final List<Variable> names;

        public Names(Span span, String path, List<Variable> names) {
            super(span);
            this.path = path;
            this.names = List.copyOf(names);
        }

        @Override
        public Object eval(Frame frame) {
            FileValue file = load(frame, this, path);
            for (Variable name : names) {
                Object value = file.member(name.name());
                if (value == null) {
                    String near = Suggestion.nearest(name.name(), file.memberNames());
                    throw name.fail(
                            ErrorKind.NAME,
                            path + " defines no '" + name.name() + "'"
                                    + (near == null ? "" : "; did you mean '" + near + "'?"));
                }
                name.set(frame, Sharing.share(value));
            }
            return None.NONE;
        }
    }
}
