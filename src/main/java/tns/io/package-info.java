/**
 * Files: tensors, records and models written to safetensors, npy and npz and read back, and readers for CSV, IDX, images
 * and text. Comes in: paths and values. Goes out: values and files. Every path passes {@code Context.files()}. Depends on
 * {@code op}, {@code tensor}, and {@code plot} for pictures of figures.
 */
@NullMarked
package tns.io;

import org.jspecify.annotations.NullMarked;
