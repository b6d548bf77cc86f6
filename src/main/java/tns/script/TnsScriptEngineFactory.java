package tns.script;

import java.util.List;
import javax.script.ScriptEngine;
import javax.script.ScriptEngineFactory;
import org.jspecify.annotations.Nullable;

/** Makes engines for {@code new ScriptEngineManager().getEngineByName("tns")}. */
public final class TnsScriptEngineFactory implements ScriptEngineFactory {
    private static final String VERSION = "0.1.0";

    @Override
    public String getEngineName() {
        return "tns";
    }

    @Override
    public String getEngineVersion() {
        return VERSION;
    }

    @Override
    public List<String> getExtensions() {
        return List.of("tns");
    }

    @Override
    public List<String> getMimeTypes() {
        return List.of("text/x-tns");
    }

    @Override
    public List<String> getNames() {
        return List.of("tns");
    }

    @Override
    public String getLanguageName() {
        return "tns";
    }

    @Override
    public String getLanguageVersion() {
        return VERSION;
    }

    /** Engines share nothing, but one engine is for one thread at a time: {@code THREADING} is null. */
    @Override
    public @Nullable Object getParameter(String key) {
        return switch (key) {
            case ScriptEngine.ENGINE, ScriptEngine.LANGUAGE, ScriptEngine.NAME -> "tns";
            case ScriptEngine.ENGINE_VERSION, ScriptEngine.LANGUAGE_VERSION -> VERSION;
            default -> null;
        };
    }

    @Override
    public String getMethodCallSyntax(String object, String method, String... arguments) {
        return object + "." + method + "(" + String.join(", ", arguments) + ")";
    }

    @Override
    public String getOutputStatement(String text) {
        String escaped = text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("{", "{{")
                .replace("}", "}}")
                .replace("\n", "\\n");
        return "print(\"" + escaped + "\")";
    }

    @Override
    public String getProgram(String... statements) {
        return String.join("\n", statements) + "\n";
    }

    @Override
    public ScriptEngine getScriptEngine() {
        return new TnsScriptEngine(this);
    }
}
