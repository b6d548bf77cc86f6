package tns.io;

import java.io.IOException;
import java.nio.file.Path;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Casts;
import tns.op.Family;
import tns.tensor.DType;
import tns.tensor.Tensor;

/** The functions of the language that read the formats data sets come in, and write pictures. */
final class Readers {
    private Readers() {}

    static void define(Family f) {
        f.define("read_csv(path: string, header: bool = none, delimiter: string = ',', dtype: dtype = none,"
                        + " skip_rows: int = 0)")
                .doc("The record of a CSV file's columns: tensors of ints, floats or bools, or tuples of strings; a"
                        + " number that is missing is nan. With dtype, one tensor [rows, columns] of it. The first"
                        + " line names the columns unless it is all numbers; header=true or false says so. Like all"
                        + " that is read, the tensors are on the default device.")
                .example(
                        "p = temp_path(); write_text(p, \"x,y\\n1,2.5\\n2,\\n\"); read_csv(p)",
                        "{x: tensor([1, 2]), y: tensor([2.5000,    nan])}")
                .example(
                        "p = temp_path(); write_text(p, \"1,2\\n3,4\\n\"); read_csv(p, dtype=float32)",
                        "tensor([[1., 2.],\n        [3., 4.]])")
                .is(args -> FileFailure.reading(args, "path", file -> csv(args, file)));
        f.define("read_idx(path: string, dtype: dtype = none)")
                .doc("The tensor in an IDX file, the format of MNIST, gz compressed or not; ints are int64 unless dtype"
                        + " says otherwise.")
                .is(args -> FileFailure.reading(args, "path", file -> {
                    Tensor t = Idx.read(file, args.context().device());
                    DType dtype = args.dtypeOrNull("dtype");
                    return dtype == null ? t : Casts.to(t, dtype);
                }));
        f.define("read_image(path: string, mode: string = '')")
                .doc("A PNG or JPEG picture as float32 [channels, height, width] from 0 to 1; mode is \"gray\", \"rgb\""
                        + " or \"rgba\", or what the file has.")
                .example("p = temp_path(\".png\"); write_image([[0., 1.]], p); read_image(p)", "tensor([[[0., 1.]]])")
                .is(args -> FileFailure.reading(
                        args,
                        "path",
                        file -> Images.read(file, mode(args), args.context().device())));
        f.define("write_image(x: tensor, path: string)")
                .doc("Writes a picture, [height, width] or [channels, height, width] with floats from 0 to 1 or"
                        + " ints from 0 to 255, as .png or .jpg.")
                .example("p = temp_path(\".png\"); write_image(rand(3, 4, 5), p); read_image(p).shape", "(3, 4, 5)")
                .is(args -> FileOps.written(args, Images.contents(args.tensor("x"), args.text("path"))));
    }

    private static String mode(Args args) {
        String mode = args.text("mode");
        return switch (mode) {
            case "", "gray", "rgb", "rgba" -> mode;
            default ->
                throw new TnsException(
                                ErrorKind.VALUE,
                                "read_image: mode must be \"gray\", \"rgb\" or \"rgba\", found \"" + mode + '"')
                        .argument(1);
        };
    }

    private static Object csv(Args args, Path file) throws IOException {
        String delimiter = args.text("delimiter");
        if (delimiter.length() != 1 || "\"\r\n".contains(delimiter)) {
            throw new TnsException(
                    ErrorKind.VALUE, "read_csv: delimiter must be one character, found \"" + delimiter + '"');
        }
        Boolean header = args.has("header") ? (Boolean) args.flag("header") : null;
        Csv csv = Csv.read(file, args.context(), delimiter.charAt(0), header, args.integer("skip_rows"));
        DType dtype = args.dtypeOrNull("dtype");
        return dtype == null ? csv.record() : csv.tensor(dtype);
    }
}
