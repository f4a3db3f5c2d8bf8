package dev.revoker;

/** Main. */
public final class App {
  private App() {}

  /** Runs. */
  public static void main(String[] args) {
    System.out.println("revoker");
  }
}
