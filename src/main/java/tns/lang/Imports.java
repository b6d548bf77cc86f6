package tns.lang;

import java.util.List;
import tns.error.ErrorKind;
import tns.error.ScriptException;
import tns.error.Span;
import tns.error.Suggestion;
import tns.error.TnsException;
import tns.op.None;

/** {@code import layers} and {@code from layers import Net}. */
public final class Imports {
    private Imports() {}

    private static FileValue load(Frame frame, Span at, String path) {
        try {
            return frame.session.loader().load(frame.session, path, at.source());
        } catch (TnsException e) {
            String help = ForeignNames.help(path);
            throw ScriptException.at(at, help == null ? e : e.help(help));
        } catch (ScriptException e) {
            throw e.calledAt("import " + path, at);
        }
    }

    /** Binds the whole file. */
    public static final class File extends Node {
        private final Span pathSpan;
        private final String path;
        private final Variable target;

        public File(Span span, Span pathSpan, String path, Variable target) {
            super(span);
            this.pathSpan = pathSpan;
            this.path = path;
            this.target = target;
        }

        @Override
        public Object eval(Frame frame) {
            target.set(frame, load(frame, pathSpan, path));
            return None.NONE;
        }
    }

    /** Binds some of its names. */
    public static final class Names extends Node {
        private final Span pathSpan;
        private final String path;
        private final List<Variable> names;

        public Names(Span span, Span pathSpan, String path, List<Variable> names) {
            super(span);
            this.pathSpan = pathSpan;
            this.path = path;
            this.names = List.copyOf(names);
        }

        @Override
        public Object eval(Frame frame) {
            FileValue file = load(frame, pathSpan, path);
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
