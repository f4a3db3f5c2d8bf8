package dev.revoker.sim;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Implements the methods of a large interface that the engine uses; the others throw. */
final class Partial {
  private static final Map<Method, Method> KNOWN = new ConcurrentHashMap<>();

  private Partial() {}

  static <T> T of(Class<T> type, Object target) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call(target, method, arguments)));
  }

  private static Method implementation(Object target, Method wanted) {
    try {
      return target.getClass().getDeclaredMethod(wanted.getName(), wanted.getParameterTypes());
    } catch (NoSuchMethodException missing) {
      throw new UnsupportedOperationException(wanted.toString(), missing);
    }
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return KNOWN
          .computeIfAbsent(method, wanted -> implementation(target, wanted))
          .invoke(target, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }
}
