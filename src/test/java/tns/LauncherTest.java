package tns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts {@code bin/tns} as a user does and looks at what reaches stdout, stderr and the exit code. */
final class LauncherTest {
    private static final Path LAUNCHER = Path.of("bin", "tns").toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void aGoodScriptLeavesStderrEmpty() throws Exception {
        assertEquals(new Outcome(0, "hello\n", ""), tns(Map.of(), "-e", "print('hello')"));
    }

    @Test
    void optionsFromTheEnvironmentAreUsedAndNotAnnounced() throws Exception {
        var outcome = tns(
                Map.of(
                        "JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC -Da='b c'",
                        "JDK_JAVA_OPTIONS", "-Dd=e",
                        "_JAVA_OPTIONS", "-Xmx300m"),
                "-e",
                "print('hello')");
        assertEquals(new Outcome(0, "hello\n", ""), outcome);
        var wrong = tns(Map.of("JAVA_TOOL_OPTIONS", "-XX:NoSuchOption"), "-e", "print('hello')");
        assertNotEquals(0, wrong.exitCode());
        assertTrue(wrong.stderr().contains("NoSuchOption"), wrong.stderr());
    }

    @Test
    void anErrorOfTheScriptReachesStderrAndTheExitCode() throws Exception {
        var outcome = tns(Map.of(), "-e", "error('boom')");
        assertNotEquals(0, outcome.exitCode());
        assertEquals("", outcome.stdout());
        assertTrue(outcome.stderr().contains("boom"), outcome.stderr());
    }

    @Test
    void anErrorOfTheJvmReachesStderrOnly() throws Exception {
        var outcome = tns(Map.of(), "--memory", "99999999g", "-e", "print('hello')");
        assertNotEquals(0, outcome.exitCode());
        assertEquals("", outcome.stdout());
        assertTrue(outcome.stderr().contains("heap"), outcome.stderr());
    }

    @Test
    void argumentsOfAScriptPassUntouchedThroughALinkFromAnotherFolder() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("my tns"), LAUNCHER);
        Path script = Files.writeString(folder.resolve("a b.tns"), "for a in args { print(a) }\n");
        var outcome = start(link, Map.of(), script.toString(), "x  y", "--memory", "*", "");
        Files.delete(link);
        assertEquals(new Outcome(0, "x  y\n--memory\n*\n\n", ""), outcome);
    }

    @Test
    void theVectorApiIsThereForKernelsAndNotLoadedWithout() throws Exception {
        Path log = folder.resolve("classes");
        var outcome = tns(logging(log), "-e", "print((exp(ones(40, 40)) @ ones(40, 40)).sum(dim=0).shape)");
        assertEquals(new Outcome(0, "(40,)\n", ""), outcome);
        assertTrue(classes(log).contains("jdk.incubator.vector.FloatVector"));
        assertEquals(0, tns(logging(log), "-e", "ones(3, 3) @ ones(3, 3)").exitCode());
        assertFalse(classes(log).contains("jdk.incubator.vector.Vector"));
    }

    /** The Vector API is added while the program runs: before that, nothing may take it for granted. */
    @Test
    void aStepThatHasNoVectorFormNeedsNoVectorApi() throws Exception {
        var outcome =
                tns(Map.of(), "-e", "print(fmod(tensor([5.0, -7.0]), 3.0), fmod(tensor([5.0], dtype=float64), 3.0))");
        assertEquals(new Outcome(0, "tensor([ 2., -1.]) tensor([2.], dtype=float64)\n", ""), outcome);
    }

    /** The JVM cannot archive classes that need a module added while it runs; one of them costs the whole archive. */
    @Test
    void theRunThatFillsTheStartUpCacheLoadsNoClassThatNeedsTheVectorApi() throws Exception {
        List<String> needing = new ArrayList<>();
        String tutorial = Path.of("examples/tutorial.tns").toAbsolutePath().toString();
        Path log = folder.resolve("classes");
        assertEquals(0, tns(logging(log), "start-up-training", tutorial).exitCode());
        for (String name : classes(log)) {
            try (var bytes = LauncherTest.class.getResourceAsStream("/" + name.replace('.', '/') + ".class")) {
                if (!name.startsWith("tns.") || bytes == null) continue;
                var text = new String(bytes.readAllBytes(), StandardCharsets.ISO_8859_1);
                if (text.contains("jdk/incubator/vector")) needing.add(name);
            }
        }
        assertEquals(List.of(), needing);
    }

    private static Map<String, String> logging(Path log) {
        return Map.of("JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=" + log + "::filecount=0");
    }

    /** The names of the classes that were loaded, or {@link #logging} says so. */
    private static List<String> classes(Path log) throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.map(line -> line.replaceFirst("^(\\[.*?])+ ", ""))
                    .map(line -> line.split(" ", 2)[0])
                    .toList();
        }
    }

    @Test
    void aWrongMemorySizeIsRefused() throws Exception {
        var outcome = tns(Map.of(), "--memory=lots");
        assertEquals(new Outcome(2, "", "tns: --memory wants a size such as 4g or 512m\n"), outcome);
    }

    @Test
    void aJavaThatIsTooOldIsRefused() throws Exception {
        Path java = folder.resolve("bin/java");
        Files.createDirectory(java.getParent());
        Files.createFile(java, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(folder.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"24.0.2\"\n");
        var outcome = tns(Map.of("TNS_JAVA", folder.toString()), "-e", "print('hello')");
        assertEquals(new Outcome(1, "", "tns: TNS_JAVA=" + folder + " is no JDK 25 or newer\n"), outcome);
    }

    @Test
    void aBundleRunsOnItsOwnJava() throws Exception {
        Path bundle = Files.createDirectories(folder.resolve("a bundle"));
        for (String part : List.of("bin", "app")) Files.createDirectory(bundle.resolve(part));
        Files.copy(LAUNCHER, bundle.resolve("bin/tns"), StandardCopyOption.COPY_ATTRIBUTES);
        Path runtime = Files.createSymbolicLink(bundle.resolve("runtime"), Path.of(System.getProperty("java.home")));
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "tns.repl.Main");
        manifest.getMainAttributes().put(new Attributes.Name("Enable-Native-Access"), "ALL-UNNAMED");
        manifest.getMainAttributes().put(new Attributes.Name("Add-Exports"), "java.base/jdk.internal.module");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Stream.of(System.getProperty("java.class.path").split(":"))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(bundle.resolve("app/tns.jar")), manifest).close();
        var nothingElse = Map.of("TNS_CLASSPATH", "", "TNS_JAVA", "/none", "JAVA_HOME", "/none");
        var outcome = start(bundle.resolve("bin/tns"), nothingElse, "--memory", "300m", "-e", "print('hello')");
        Files.delete(runtime);
        assertEquals(new Outcome(0, "hello\n", ""), outcome);
    }

    private record Outcome(int exitCode, String stdout, String stderr) {}

    private Outcome tns(Map<String, String> environment, String... args) throws IOException, InterruptedException {
        return start(LAUNCHER, environment, args);
    }

    private Outcome start(Path launcher, Map<String, String> environment, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(args));
        Path stdout = folder.resolve("stdout");
        Path stderr = folder.resolve("stderr");
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(stdout.toFile())
                .redirectError(stderr.toFile());
        Map<String, String> all = new HashMap<>();
        all.put("TNS_JAVA", System.getProperty("java.home"));
        all.put("TNS_CLASSPATH", System.getProperty("java.class.path"));
        all.putAll(environment);
        builder.environment().putAll(all);
        int exitCode = builder.start().waitFor();
        return new Outcome(exitCode, Files.readString(stdout), Files.readString(stderr));
    }
}
