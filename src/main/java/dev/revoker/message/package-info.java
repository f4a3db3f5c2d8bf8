/**
 * The messages on the topics. Requests come from strangers, so every field is checked. A result has
 * fingerprints in the place of keys, and holds no secret of its request.
 *
 * <ul>
 *   <li>In: {@code RequestReader} reads a {@code RequestRecord}; {@code RequestJson} parses its
 *       value; {@code Decryption} decrypts; {@code FieldValidator} checks the fields.
 *   <li>What a result may repeat: {@code EchoFilter} collects the request's secrets; {@code
 *       Redactor} masks them in a text; {@code SecretFinder} finds them there, also in the escapes
 *       that {@code DecodedText} decodes.
 *   <li>Out: {@code ResultWriter}, and {@code StoredResult} to read a result back.
 * </ul>
 */
@NullMarked
package dev.revoker.message;

import org.jspecify.annotations.NullMarked;
