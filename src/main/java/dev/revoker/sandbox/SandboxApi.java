package dev.revoker.sandbox;

import dev.revoker.config.Config;
import dev.revoker.model.Secret;
import dev.revoker.time.Time;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for cielo24's account API over HTTP, with faults on demand: from Java by this class,
 * over HTTP by {@code /_sandbox/} on the same listener, which asks for no credentials.
 *
 * <p>One thread serves all; delayed answers hold none. Every method is safe on any thread, and what
 * it changes holds for the next call that arrives.
 */
public final class SandboxApi implements AutoCloseable {
  private final Options options;
  private final Vault vault;
  private final Traffic traffic;
  private final FaultBoard board;
  private final HttpLoop loop;
  private final Ledger ledger;
  private int outages;

  private SandboxApi(Options options, Time time) throws IOException {
    this.options = options;
    vault = new Vault(time, options.sessionLifeMs(), new SplittableRandom(options.seed()));
    traffic = new Traffic(time);
    board = new FaultBoard(options.seed(), options.otherAccountKey());
    ledger = new Ledger(vault, traffic);
    options.accounts().forEach(this::addAccount);
    Traps traps = new Traps(new AccountApi(vault, board), board, vault, traffic);
    SandboxAdmin admin = new SandboxAdmin(this, board);
    loop =
        HttpLoop.start(
            new InetSocketAddress(options.listen().host(), options.listen().port()),
            time,
            request -> plan(traps, admin, request));
  }

  /**
   * How to start.
   *
   * @param listen port 0 means any free one
   * @param sessionLifeMs a session ends when it was idle for longer
   * @param seed the same seed gives the same keys, tokens and dice
   * @param accounts there at the start, and again after {@link #reset()}
   * @param otherAccountKey how remove_api_key refuses a key of another account, at the start and
   *     after {@link #reset()}
   */
  public record Options(
      Config.Listen listen,
      long sessionLifeMs,
      long seed,
      List<SandboxAccount> accounts,
      OtherAccountKeyAnswer otherAccountKey) {
    /** On loopback at any port, an hour, a random seed, no accounts, ACCOUNT_UNPRIVILEGED. */
    public static Options defaults() {
      return new Options(
          new Config.Listen("127.0.0.1", 0),
          3_600_000,
          new SplittableRandom().nextLong(),
          List.of(),
          OtherAccountKeyAnswer.ACCOUNT_UNPRIVILEGED);
    }

    public Options {
      accounts = List.copyOf(accounts);
    }

    /** These, on another address. */
    public Options withListen(Config.Listen changed) {
      return new Options(changed, sessionLifeMs, seed, accounts, otherAccountKey);
    }

    /** These, with these accounts. */
    public Options withAccounts(List<SandboxAccount> changed) {
      return new Options(listen, sessionLifeMs, seed, changed, otherAccountKey);
    }

    /** These, with another answer for keys of other accounts. */
    public Options withOtherAccountKey(OtherAccountKeyAnswer changed) {
      return new Options(listen, sessionLifeMs, seed, accounts, changed);
    }
  }

  /**
   * Starts, and serves from now on.
   *
   * @throws IOException where the address can't be listened on
   */
  public static SandboxApi start(Options options, Time time) throws IOException {
    return new SandboxApi(options, time);
  }

  /** What the worker takes as {@code api.base.url}. */
  public URI url() {
    InetSocketAddress address = loop.address();
    String host = address.getHostString();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
  }

  /** The truth, to hold results against. */
  public Ledger ledger() {
    return ledger;
  }

  /** Adds an account with its keys; one of that name gets the password and the further keys. */
  public void addAccount(SandboxAccount account) {
    vault.addAccount(account.name(), account.password());
    account.keys().forEach(key -> addKey(account.name(), key));
  }

  /** Gives an account further keys of 32 hex digits. */
  public List<Secret> generateKeys(String account, int count) {
    List<Secret> keys = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      keys.add(Secret.of(vault.makeKey(account)));
    }
    return keys;
  }

  /** How an endpoint misbehaves now. */
  public Faults faults(Endpoint endpoint) {
    return board.faults(endpoint);
  }

  /** From now on all endpoints misbehave like this. */
  public void faults(Faults faults) {
    board.set(null, faults);
  }

  /** From now on this endpoint misbehaves like this. */
  public void faults(Endpoint endpoint, Faults faults) {
    board.set(endpoint, faults);
  }

  /** Starts an outage, or ends it with {@link Outage#NONE}; when this returns it is so. */
  public void outage(Outage outage) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          change(outage);
          done.complete(null);
        });
    done.join();
  }

  /** Refuses all logins of an account with LOGIN_INVALID, or takes them again. */
  public void refuseLogins(String account, boolean refuse) {
    board.refuseLogins(account, refuse);
  }

  /** From now on remove_api_key refuses a key of another account with this answer. */
  public void otherAccountKey(OtherAccountKeyAnswer answer) {
    board.otherAccountKey(answer);
  }

  /** Ends the sessions of an account, or of all where it is null. */
  public void expireTokens(@Nullable String account) {
    vault.expireSessions(account);
  }

  /** Back to the start: no faults, no sessions, no counts, and the accounts of the options. */
  public void reset() {
    board.clear();
    vault.clear();
    traffic.clear();
    options.accounts().forEach(this::addAccount);
  }

  /** Resets all connections and stops listening. */
  @Override
  public void close() {
    loop.close();
  }

  /** Starts an outage after a moment in which the answer to the order for it gets out. */
  void outageSoon(Outage outage, @Nullable Long forMs) {
    loop.execute(
        () ->
            loop.after(
                outage == Outage.NONE ? 0 : 20_000_000,
                () -> {
                  change(outage);
                  int started = outages;
                  if (forMs != null) {
                    loop.after(forMs * 1_000_000, () -> endOutage(started));
                  }
                }));
  }

  private void endOutage(int started) {
    if (outages == started) {
      change(Outage.NONE);
    }
  }

  /** On the loop's thread. */
  private void change(Outage outage) {
    outages++;
    board.outage(outage);
    if (outage == Outage.REFUSE) {
      loop.shut();
    } else {
      loop.reopen();
    }
  }

  private void addKey(String account, Secret key) {
    if (!KeyTable.isHex(key.reveal())) {
      throw new IllegalArgumentException("a key of account " + account + " is not hex");
    }
    vault.addKey(account, key.reveal());
  }

  private static Reply.Planned plan(Traps traps, SandboxAdmin admin, HttpRequest request) {
    if (request.path().startsWith(SandboxAdmin.PATH)) {
      return Reply.Planned.now(admin.answer(request));
    }
    Endpoint endpoint = Endpoint.ofPath(request.path());
    if (endpoint == null) {
      return Reply.Planned.now(
          Reply.json(404, "Not Found", Answer.errorJson("INVALID_URL", "No such path")));
    }
    if (!request.method().equals("GET") && !request.method().equals("POST")) {
      return Reply.Planned.now(Reply.empty(405, "Method Not Allowed", "Allow: GET, POST\r\n"));
    }
    return traps.plan(endpoint, request);
  }
}
