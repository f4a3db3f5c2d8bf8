package dev.revoker.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips the test, and says why, where no container engine can run it. With {@code
 * CONTAINERS=required} in the environment it fails instead; with {@code CONTAINERS=skip} no engine
 * is looked for.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsEngine.Condition.class)
@interface NeedsEngine {
  /** Asks {@link Engine}. */
  final class Condition implements ExecutionCondition {
    private static final String VARIABLE = "CONTAINERS";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return trouble()
          .map(why -> skipped(context, why))
          .orElseGet(() -> ConditionEvaluationResult.enabled("a container engine answers"));
    }

    private static Optional<String> trouble() {
      return "skip".equals(System.getenv(VARIABLE))
          ? Optional.of(VARIABLE + "=skip")
          : Engine.trouble();
    }

    /** The reason stands in the report only: Maven prints no more than a number. */
    private static ConditionEvaluationResult skipped(ExtensionContext context, String why) {
      if ("required".equals(System.getenv(VARIABLE))) {
        throw new AssertionError(why);
      }
      System.out.printf("%s is skipped: %s%n", context.getDisplayName(), why);
      return ConditionEvaluationResult.disabled(why);
    }
  }
}
