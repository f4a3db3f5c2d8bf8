package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import java.util.List;

/**
 * An account that the sandbox starts with.
 *
 * @param name its username
 * @param keys its active keys, hex
 */
public record SandboxAccount(String name, Secret password, List<Secret> keys) {
  public SandboxAccount {
    keys = List.copyOf(keys);
  }
}
