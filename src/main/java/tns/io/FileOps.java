package tns.io;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Callable;
import tns.op.Context;
import tns.op.Family;
import tns.op.Members;
import tns.op.None;
import tns.op.Record;
import tns.op.Tuple;
import tns.op.TypeName;
import tns.plot.ChartFile;
import tns.plot.Figure;
import tns.tensor.DType;
import tns.tensor.Param;
import tns.tensor.Tensor;

/** The functions of the language that save and load values, and those on texts and paths. */
public final class FileOps {
    public static final Family FAMILY = new Family("files");

    static {
        FAMILY.define("save(x: any, path: any)")
                .doc("Saves tensors, numbers, strings, tuples and records of them, models and optimizers as"
                        + " .safetensors, under the names of PyTorch's state_dict; one tensor as .npy, named ones"
                        + " as .npz; a figure as .png or .svg. The old file is replaced as a whole or not at all.")
                .example(
                        "p = temp_path(\".safetensors\"); save({w: [1., 2.], epoch: 3}, p); load(p)",
                        "{w: tensor([1., 2.]), epoch: 3}")
                .example("p = temp_path(\".npz\"); save({a: [1, 2]}, p); load(p).a", "tensor([1, 2])")
                .is(args -> {
                    save(args);
                    return None.NONE;
                });
        FAMILY.define("load(x: any, path: any = none, strict: bool = true)")
                .doc("What a .safetensors, .npy or .npz file holds, on the default device: load(path). load(net, path)"
                        + " gives a model, or an optimizer, the state in the file, wherever that is; strict=false takes"
                        + " over what fits. Narrower floats become float32, other ints int64.")
                .example("p = temp_path(\".npy\"); save(ones(2), p); load(p)", "tensor([1., 1.])")
                .example(
                        "a = linear(2, 1); b = linear(2, 1); p = temp_path(\".safetensors\"); save(a, p); load(b, p);"
                                + " b.weight == a.weight",
                        "tensor([[true, true]])")
                .is(FileOps::load);
        FAMILY.define("temp_path(suffix: string = '')")
                .doc("A path in a new temporary folder, where there is no file yet; both are deleted in the end.")
                .example("exists(temp_path(\".npy\"))", "false")
                .is(FileOps::temporary);
        FAMILY.define("exists(path: string)")
                .doc("Whether a file or folder exists.")
                .example("exists(\"no/such/file\")", "false")
                .is(args -> FileFailure.reading(args, "path", Files::exists));
        FAMILY.define("read_text(path: string)")
                .doc("The text of a file in UTF-8.")
                .example("p = temp_path(); write_text(p, \"one\"); read_text(p)", "one")
                .is(args -> FileFailure.reading(args, "path", Files::readString));
        FAMILY.define("write_text(path: string, text: string)")
                .doc("Writes a text to a file in UTF-8, which is replaced as a whole or not at all.")
                .example("p = temp_path(); write_text(p, \"one\"); exists(p)", "true")
                .is(args -> written(args, out -> out.write(args.text("text").getBytes(StandardCharsets.UTF_8))));
        Readers.define(FAMILY);
    }

    private FileOps() {}

    /** Writes the file that {@code path} names. */
    static Object written(Args args, AtomicFile.Contents contents) {
        return FileFailure.writing(args, "path", file -> {
            AtomicFile.write(file, contents);
            return None.NONE;
        });
    }

    /** The end of a file's name after its last dot, in lower case. */
    static String extension(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        return dot < 0 || dot < name.lastIndexOf('/') || dot < name.lastIndexOf('\\') ? "" : name.substring(dot + 1);
    }

    private static void save(Args args) {
        Object x = args.get("x");
        if (!(args.get("path") instanceof String path)) {
            TnsException wrong = new TnsException(
                            ErrorKind.VALUE,
                            "save: path must be a string, found " + TypeName.describe(args.get("path")))
                    .argument(1);
            throw x instanceof String ? wrong.help("the value comes first: save(net, \"net.safetensors\")") : wrong;
        }
        if (x instanceof Figure figure) {
            byte[] picture = ChartFile.encode(figure, path);
            written(args, out -> out.write(picture));
            return;
        }
        written(
                args,
                switch (extension(path)) {
                    case "npy" -> {
                        Tensor t = tensor(args.context(), x);
                        yield out -> Npy.write(t, out);
                    }
                    case "npz" -> {
                        Map<String, Tensor> tensors = named(args.context(), SavedValue.stateOf(args.context(), x));
                        yield out -> Npz.write(tensors, out);
                    }
                    case "safetensors" -> SavedValue.pack(args.context(), x)::write;
                    case "pt", "pth", "pkl", "bin", "ckpt" ->
                        throw new TnsException(
                                        ErrorKind.VALUE, "save: pickle files can run any code and are not written")
                                .help("save(net, \"net.safetensors\"); in Python safetensors.torch.load_file reads it")
                                .argument(1);
                    default ->
                        throw new TnsException(ErrorKind.VALUE, "save: the name \"" + path + "\" tells no format")
                                .help("the name of the file must end in .safetensors, .npy or .npz")
                                .argument(1);
                });
    }

    /** A tensor as it is, a number as one of the dtype that NumPy gives it. */
    private static Tensor tensor(Context context, Object x) {
        return switch (x) {
            case Tensor t -> t.detach();
            case Param p -> p.value().detach();
            case Long n -> Tensor.scalar(context.cpu(), DType.INT64, n);
            case Double d -> Tensor.scalar(context.cpu(), DType.FLOAT64, d);
            case Boolean b -> Tensor.scalar(context.cpu(), DType.BOOL, b ? 1 : 0);
            default ->
                throw new TnsException(
                                ErrorKind.VALUE,
                                "save: npy and npz files hold tensors only, found " + TypeName.describe(x))
                        .help("a .safetensors file holds anything; a .npz file a tensor, or a record or tuple of"
                                + " tensors")
                        .argument(0);
        };
    }

    /** The tensors of an npz file, those of a tuple under NumPy's names. */
    private static Map<String, Tensor> named(Context context, Object x) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        switch (x) {
            case Record r -> r.entries().forEach((name, value) -> tensors.put(name, tensor(context, value)));
            case Tuple t -> {
                for (int i = 0; i < t.size(); i++) {
                    tensors.put("arr_" + i, tensor(context, t.get(i)));
                }
            }
            default -> tensors.put("arr_0", tensor(context, x));
        }
        return tensors;
    }

    private static Object load(Args args) {
        Object x = args.get("x");
        if (!args.has("path")) {
            if (x instanceof String) {
                return load(args, "x");
            }
            throw new TnsException(ErrorKind.VALUE, "load: expected a path, found " + TypeName.describe(x))
                    .help("load(\"net.safetensors\"), or load(net, \"net.safetensors\")")
                    .argument(0);
        }
        if (!(args.get("path") instanceof String)) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "load: path must be a string, found " + TypeName.describe(args.get("path")))
                    .argument(1);
        }
        if (x instanceof Members m && m.member("load_state_dict") instanceof Callable load) {
            Object state = load(args, "path");
            return args.flag("strict")
                    ? load.call(args.context(), state)
                    : load.call(args.context(), new Object[] {state}, Map.of("strict", false));
        }
        throw new TnsException(ErrorKind.VALUE, "load: " + TypeName.describe(x) + " has no state to load")
                .help("load(\"net.safetensors\"), or load(net, \"net.safetensors\")")
                .argument(0);
    }

    private static Object load(Args args, String parameter) {
        Context context = args.context();
        return FileFailure.reading(args, parameter, file -> switch (format(file)) {
            case "npy" -> {
                try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                    Tensor t = Npy.read(in, Files.size(file), context.device());
                    if (in.read() >= 0) {
                        throw FileFailure.fault("it goes on after the array");
                    }
                    yield t;
                }
            }
            case "npz" -> new Record(Npz.read(file, context.device()));
            case "pt", "pth", "pkl", "bin", "ckpt" ->
                throw FileFailure.fault("pickle files can run any code and are not read")
                        .help("in Python, safetensors.torch.save_file(net.state_dict(), \"net.safetensors\") writes one"
                                + " that can be");
            case "csv", "tsv" -> throw FileFailure.fault("it is a table").help("read_csv reads it");
            case "png", "jpg", "jpeg" ->
                throw FileFailure.fault("it is a picture").help("read_image reads it");
            case "txt" -> throw FileFailure.fault("it is a text").help("read_text reads it");
            default -> other(file, context);
        });
    }

    private static Object other(Path file, Context context) throws IOException {
        try {
            return SavedValue.unpack(SafeTensors.read(file, context.device()));
        } catch (TnsException e) {
            throw e.help() != null || extension(file.toString()).equals("safetensors")
                    ? e
                    : e.help("load reads .safetensors, .npy and .npz; read_csv, read_idx, read_image and read_text the"
                            + " rest");
        }
    }

    /** The format by the name, or where that tells nothing by the first bytes. */
    private static String format(Path file) throws IOException {
        String extension = extension(file.toString());
        if (!extension.isEmpty()) {
            return extension;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(2);
            return start.length < 2 ? "" : start[0] == 'P' && start[1] == 'K' ? "npz" : start[1] == 'N' ? "npy" : "";
        }
    }

    private static Object temporary(Args args) {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir", "."));
        args.context().files().toWrite(temporary.resolve("tns").toString());
        try {
            Path folder = Files.createTempDirectory(temporary, "tns");
            Path file = folder.resolve("file" + args.text("suffix").replaceAll("[^A-Za-z0-9._-]", "_"));
            folder.toFile().deleteOnExit();
            file.toFile().deleteOnExit();
            return file.toString();
        } catch (IOException e) {
            throw new TnsException(ErrorKind.IO, "temp_path: cannot make a temporary folder", e);
        }
    }
}
