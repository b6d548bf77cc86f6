package tns.repl;

import java.util.Map;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Terminal;

/** JLine's line reader with what code needs: braces move back, and the grey suggestion is taken by going right. */
final class Editor extends LineReaderImpl {
    static final int INDENT = 2;

    private boolean finished;

    Editor(Terminal terminal, Map<String, Object> variables) {
        super(terminal, "tns", variables);
        setAutosuggestion(SuggestionType.HISTORY);
        widgets.put(CALLBACK_INIT, () -> {
            finished = false;
            return true;
        });
        widgets.put(CALLBACK_FINISH, () -> {
            finished = true;
            return true;
        });
    }

    /** Whether the input is being drawn for the last time, as it will stay. */
    boolean finished() {
        return finished;
    }

    @Override
    protected boolean interrupt() {
        finished = true;
        return super.interrupt();
    }

    /** A terminal that cannot be drawn on shows what is typed by itself; it is told by a prompt that more is wanted. */
    @Override
    protected boolean acceptLine() {
        boolean accepted = super.acceptLine();
        if (state == State.NORMAL && Terminal.TYPE_DUMB.equals(getTerminal().getType())) {
            getTerminal().writer().print(getVariable(SECONDARY_PROMPT_PATTERN));
            getTerminal().flush();
        }
        return accepted;
    }

    /** A closing brace that begins its line moves one step to the left. */
    @Override
    protected boolean selfInsert() {
        boolean closes = "}".equals(getLastBinding());
        int cursor = buf.cursor();
        String before = buf.substring(0, cursor);
        String line = before.substring(before.lastIndexOf('\n') + 1);
        if (closes && before.contains("\n") && line.length() >= INDENT && line.isBlank()) {
            buf.backspace(INDENT);
        }
        return super.selfInsert();
    }

    @Override
    protected boolean forwardChar() {
        return takesSuggestion() || super.forwardChar();
    }

    @Override
    protected boolean endOfLine() {
        return takesSuggestion() || super.endOfLine();
    }

    private boolean takesSuggestion() {
        String rest = getTailTip();
        if (rest == null || rest.isEmpty() || buf.cursor() < buf.length() || buf.length() == 0) {
            return false;
        }
        buf.write(rest);
        return true;
    }
}
