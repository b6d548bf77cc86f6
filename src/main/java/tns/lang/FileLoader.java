package tns.lang;

import tns.error.Source;

/** Finds, parses and runs the file an {@code import} names. */
public interface FileLoader {
    /**
     * The names of the file, which runs on the first import only.
     *
     * @param path the dotted name ({@code models.mlp}) or a file path
     * @param importer the source with the import, which relative paths start from
     */
    FileValue load(Session session, String path, Source importer);
}
