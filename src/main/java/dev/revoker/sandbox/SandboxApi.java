package dev.revoker.sandbox;

import dev.revoker.config.Config;
import dev.revoker.model.Secret;
import dev.revoker.sandbox.HttpReply.Response;
import dev.revoker.time.Time;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for cielo24's account API over HTTP, with faults on demand: from Java by this class,
 * over HTTP by {@code /_sandbox/} on the same port, which asks for no credentials.
 *
 * <p>Thread-safe. A change applies to the next call that arrives.
 */
public final class SandboxApi implements AutoCloseable {
  private final Options options;
  private final Time time;
  private final AccountStore store;
  private final CallStats stats;
  private final ActiveFaults faults;
  private final SandboxLedger ledger;
  private final SandboxServer server;
  private int outages;

  private SandboxApi(Options options, Time time) throws IOException {
    this.options = options;
    this.time = time;
    store = new AccountStore(time, options.sessionLifeMs(), new SplittableRandom(options.seed()));
    stats = new CallStats(time);
    faults = new ActiveFaults(options.seed(), options.otherAccountKey());
    ledger = new SandboxLedger(store, stats);
    options.accounts().forEach(this::addAccount);
    FaultInjector api = new FaultInjector(new AccountApi(store, faults), faults, stats);
    AdminApi admin = new AdminApi(this, faults);
    server =
        SandboxServer.start(
            new InetSocketAddress(options.listen().host(), options.listen().port()),
            time,
            request -> reply(api, admin, request));
  }

  /**
   * How to start.
   *
   * @param listen port 0 means any free port
   * @param sessionLifeMs a session expires when it has not been used for longer
   * @param seed the same seed gives the same keys, tokens and faults
   * @param accounts exist at the start, and again after {@link #reset()}
   * @param otherAccountKey how remove_api_key refuses a key of another account, at the start and
   *     after {@link #reset()}
   */
  public record Options(
      Config.Listen listen,
      long sessionLifeMs,
      long seed,
      List<SandboxAccount> accounts,
      OtherAccountKeyAnswer otherAccountKey) {
    /** Any free loopback port, an hour, a random seed, no accounts, ACCOUNT_UNPRIVILEGED. */
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

    /** The same with another address. */
    public Options withListen(Config.Listen changed) {
      return new Options(changed, sessionLifeMs, seed, accounts, otherAccountKey);
    }

    /** The same with these accounts. */
    public Options withAccounts(List<SandboxAccount> changed) {
      return new Options(listen, sessionLifeMs, seed, changed, otherAccountKey);
    }

    /** The same with another answer for keys of other accounts. */
    public Options withOtherAccountKey(OtherAccountKeyAnswer changed) {
      return new Options(listen, sessionLifeMs, seed, accounts, changed);
    }
  }

  /**
   * Starts the API.
   *
   * @throws IOException if it cannot listen on the address
   */
  public static SandboxApi start(Options options, Time time) throws IOException {
    return new SandboxApi(options, time);
  }

  /** The worker's {@code api.base.url}. */
  public URI url() {
    InetSocketAddress address = server.address();
    String host = address.getHostString();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
  }

  /** Which keys are active and which calls arrived, to compare results with. */
  public SandboxLedger ledger() {
    return ledger;
  }

  /** Adds an account with its keys. If it exists, changes its password and adds the keys. */
  public void addAccount(SandboxAccount account) {
    store.addAccount(account.name(), account.password());
    for (Secret key : account.keys()) {
      if (!AccountStore.isHex(key.reveal())) {
        throw new IllegalArgumentException("a key of account " + account.name() + " is not hex");
      }
      store.addKey(account.name(), key.reveal());
    }
  }

  /** Gives an account further keys of 32 hex digits. */
  public List<Secret> generateKeys(String account, int count) {
    List<Secret> keys = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      keys.add(Secret.of(store.makeKey(account)));
    }
    return keys;
  }

  /** The faults of an endpoint. */
  public Faults faults(Endpoint endpoint) {
    return faults.faults(endpoint);
  }

  /** Sets the faults of all endpoints. */
  public void faults(Faults changed) {
    faults.set(null, changed);
  }

  /** Sets the faults of one endpoint. */
  public void faults(Endpoint endpoint, Faults changed) {
    faults.set(endpoint, changed);
  }

  /** Starts an outage, or ends it with {@link Outage#NONE}. It has begun when this returns. */
  public void outage(Outage outage) {
    outage(outage, null);
  }

  /** Refuses all logins of an account with LOGIN_INVALID, or accepts them again. */
  public void refuseLogins(String account, boolean refuse) {
    faults.refuseLogins(account, refuse);
  }

  /** From now on remove_api_key refuses a key of another account with this answer. */
  public void otherAccountKey(OtherAccountKeyAnswer answer) {
    faults.otherAccountKey(answer);
  }

  /** Ends the sessions of an account, or all sessions if it is null. */
  public void expireTokens(@Nullable String account) {
    store.expireSessions(account);
  }

  /** Returns to the start: no faults, no sessions, no counts, and the accounts of the options. */
  public void reset() {
    clearFaults();
    store.clear();
    stats.clear();
    options.accounts().forEach(this::addAccount);
  }

  /** Resets all connections and stops listening. */
  @Override
  public void close() {
    server.close();
  }

  /** Ends all faults and the outage. */
  void clearFaults() {
    faults.clear();
    outage(Outage.NONE);
  }

  /** The same as {@link #outage(Outage)}; the outage ends after this time, unless it is null. */
  synchronized void outage(Outage outage, @Nullable Long forMs) {
    int number = ++outages;
    faults.outage(outage);
    if (outage == Outage.REFUSE) {
      server.shut();
    } else {
      server.reopen();
    }
    if (forMs != null) {
      time.after(forMs, () -> endOutage(number));
    }
  }

  private synchronized void endOutage(int number) {
    if (outages == number) {
      outage(Outage.NONE);
    }
  }

  private static HttpReply.Timed reply(FaultInjector api, AdminApi admin, SandboxRequest request) {
    if (request.path().startsWith(AdminApi.PATH)) {
      return admin.reply(request);
    }
    Endpoint endpoint = Endpoint.ofPath(request.path());
    if (endpoint == null) {
      return HttpReply.Timed.now(Response.error(404, "Not Found", "INVALID_URL", "No such path"));
    }
    if (!request.method().equals("GET") && !request.method().equals("POST")) {
      return HttpReply.Timed.now(
          Response.empty(405, "Method Not Allowed", Map.of("Allow", "GET, POST")));
    }
    return api.reply(endpoint, request);
  }
}
