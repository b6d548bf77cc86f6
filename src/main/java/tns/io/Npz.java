package tns.io;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import tns.error.TnsException;
import tns.op.Display;
import tns.tensor.Device;
import tns.tensor.Tensor;

/** NumPy's npz format: a zip archive of npy files, stored or deflated, named by their keys. */
final class Npz {
    private static final String SUFFIX = ".npy";

    private Npz() {}

    /** The tensors by key, in the order of the archive. Nothing is unpacked to disk. */
    static Map<String, Object> read(Path file, Device device) throws IOException {
        Map<String, Object> found = new LinkedHashMap<>();
        Inflation budget = new Inflation(Files.size(file));
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                String name = entry.getName();
                if (!name.endsWith(SUFFIX)) {
                    throw FileFailure.fault("it holds " + shown(name) + ", which is not an npy file");
                }
                String key = name.substring(0, name.length() - SUFFIX.length());
                if (found.put(key, read(zip, entry, budget, device)) != null) {
                    throw FileFailure.fault("it holds " + shown(name) + " twice");
                }
            }
        } catch (IllegalArgumentException e) {
            throw FileFailure.fault("it is not a sound zip file");
        }
        return found;
    }

    private static Tensor read(ZipFile zip, ZipEntry entry, Inflation budget, Device device) throws IOException {
        budget.check(entry.getSize());
        try (InputStream raw = zip.getInputStream(entry)) {
            CheckedInputStream in = new CheckedInputStream(budget.limited(new BufferedInputStream(raw)), new CRC32());
            Tensor t = Npy.read(in, 0, device);
            in.transferTo(OutputStream.nullOutputStream());
            if (entry.getCrc() >= 0 && in.getChecksum().getValue() != entry.getCrc()) {
                throw FileFailure.fault("its checksum is wrong, so it has been damaged");
            }
            return t;
        } catch (TnsException e) {
            TnsException placed = FileFailure.fault(shown(entry.getName()) + ": " + e.getMessage());
            String help = e.help();
            throw help == null ? placed : placed.help(help);
        }
    }

    private static String shown(String name) {
        return Display.quoted(name.length() > 60 ? name.substring(0, 60) + "…" : name);
    }

    /** Writes tensors under their keys. */
    static void write(Map<String, Tensor> tensors, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setLevel(Deflater.BEST_SPEED);
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            zip.putNextEntry(new ZipEntry(entry.getKey() + SUFFIX));
            Npy.write(entry.getValue(), zip);
            zip.closeEntry();
        }
        zip.finish();
    }
}
