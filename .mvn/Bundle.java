import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Packs tns with the Java it needs, for machines that have none: {@code Bundle BUILD_FOLDER VERSION} makes
 * {@code bundle/tns-VERSION-linux-x86_64.tar.gz} in the build folder from the jar and the {@code lib} there.
 *
 * <p>In it, the folder {@code tns} is laid out as a checkout is, {@code bin/tns} included, with {@code runtime} and
 * {@code app} in place of the build's folder. The build runs this file on the JDK it compiles with, whose modules
 * become the runtime.
 */
final class Bundle {
    /** What jdeps names for the jars, but for libraries' parts that tns does not reach, and the Vector API. */
    private static final String MODULES =
            "java.base,java.desktop,java.logging,java.scripting,jdk.incubator.vector,jdk.management,jdk.unsupported";

    /** The one native library of jcuda that tns calls. NVIDIA's PTX compiler alone, for the tests, has 24 MB. */
    private static final String NATIVE = "lib/libJCudaDriver-";

    private final Path tns;

    private Bundle(Path tns) {
        this.tns = tns;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Path build = Path.of(args[0]);
        Path folder = build.resolve("bundle");
        var bundle = new Bundle(folder.resolve("tns"));
        bundle.clear();
        bundle.program(build, args[1]);
        bundle.runtime();
        for (String path : List.of(
                "bin/tns", "bin/gpu-check", "examples", "src/bench/tns", "src/bench/python", "LICENSE", "README.md")) {
            bundle.copy(Path.of(path));
        }
        bundle.startUpCaches();
        Path archive = folder.resolve("tns-" + args[1] + "-linux-x86_64.tar.gz");
        run(
                "tar",
                "--sort=name",
                "--owner=0",
                "--group=0",
                "--numeric-owner",
                "--use-compress-program=gzip -9",
                "-C",
                folder.toString(),
                "-cf",
                archive.toString(),
                "tns");
        System.out.printf("%s: %.1f MB%n", archive, Files.size(archive) / 1e6);
    }

    private void clear() throws IOException {
        if (!Files.exists(tns)) return;
        List<Path> files;
        try (var tree = Files.walk(tns)) {
            files = tree.toList();
        }
        for (Path file : files.reversed()) Files.delete(file);
    }

    private void program(Path build, String version) throws IOException {
        Path lib = Files.createDirectories(tns.resolve("app/lib"));
        Files.copy(build.resolve("tns-" + version + ".jar"), tns.resolve("app/tns.jar"), COPY_ATTRIBUTES);
        try (var jars = Files.newDirectoryStream(build.resolve("lib"), "*.jar")) {
            for (Path jar : jars) {
                String name = jar.getFileName().toString();
                if (!name.startsWith("jcuda-natives-")) Files.copy(jar, lib.resolve(name), COPY_ATTRIBUTES);
                else if (name.endsWith("-linux-x86_64.jar")) copyNative(jar, lib.resolve(name));
            }
        }
    }

    private static void copyNative(Path from, Path to) throws IOException {
        int copied = 0;
        try (var jar = new ZipFile(from.toFile());
                var smaller = new ZipOutputStream(Files.newOutputStream(to))) {
            for (ZipEntry entry :
                    jar.stream().filter(e -> e.getName().startsWith(NATIVE)).toList()) {
                smaller.putNextEntry(new ZipEntry(entry.getName()));
                jar.getInputStream(entry).transferTo(smaller);
                copied++;
            }
        }
        if (copied != 1) throw new IOException(from + " holds " + copied + " files " + NATIVE + "*");
    }

    /** The modules stay unpacked (zip-0): with gzip alone the archive is 7 MB smaller than with zip-9 under it. */
    private void runtime() throws IOException {
        int code = ToolProvider.findFirst("jlink")
                .orElseThrow()
                .run(
                        System.out,
                        System.err,
                        "--add-modules",
                        MODULES,
                        "--strip-debug",
                        "--no-header-files",
                        "--no-man-pages",
                        "--compress=zip-0",
                        "--output",
                        tns.resolve("runtime").toString());
        if (code != 0) throw new IOException("jlink ended with " + code);
    }

    private void copy(Path path) throws IOException {
        List<Path> files;
        try (var tree = Files.walk(path)) {
            files = tree.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Path target = tns.resolve(file);
            Files.createDirectories(target.getParent());
            Files.copy(file, target, COPY_ATTRIBUTES, REPLACE_EXISTING);
        }
    }

    /** Start-up caches, for small and large heaps: 0.25 s instead of 0.6 s, 5 MB each. The folder may be moved. */
    private void startUpCaches() throws IOException, InterruptedException {
        var launcher = new ProcessBuilder(tns.resolve("bin/tns").toString()).inheritIO();
        launcher.environment().put("TNS_TRAIN", "1");
        launcher.start().waitFor();
        for (String cache : List.of("tns", "tns-large")) {
            Path log = tns.resolve("app/" + cache + "-train.log");
            if (!Files.exists(tns.resolve("app/" + cache + ".aot")))
                throw new IOException("no start-up cache; see " + log);
            Files.delete(log);
        }
        Files.delete(tns.resolve("app/trained"));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        int code = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (code != 0) throw new IOException(command[0] + " ended with " + code);
    }
}
