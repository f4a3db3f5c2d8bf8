package dev.revoker.sandbox;

import dev.revoker.config.Config;
import dev.revoker.model.Secret;
import dev.revoker.sandbox.Faults.Outage;
import dev.revoker.sandbox.HttpReply.Response;
import dev.revoker.time.Time;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
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
  private final SandboxLedger ledger;
  private final FaultInjector faults;
  private final AdminApi admin;
  private final SandboxServer server;
  private int outages;

  private SandboxApi(Options options, Time time) throws IOException {
    this.options = options;
    this.time = time;
    store = new AccountStore(time, options.sessionLifeMs(), new SplittableRandom(options.seed()));
    ledger = new SandboxLedger(store, time);
    faults = new FaultInjector(new AccountApi(store), ledger, options.seed());
    admin = new AdminApi(this, store, faults);
    options.accounts().forEach(this::addAccount);
    server =
        SandboxServer.start(
            new InetSocketAddress(options.listen().host(), options.listen().port()),
            options.tls() == null ? null : SandboxTls.load(options.tls()),
            time,
            this::reply);
    try {
      order(options.order());
    } catch (IllegalArgumentException wrong) {
      server.close();
      throw wrong;
    }
  }

  /**
   * How to start.
   *
   * @param listen port 0 means any free port
   * @param tls null for plain HTTP, else a properties file with Kafka's {@code ssl.*} of a server
   * @param sessionLifeMs a session expires when it has not been used for longer
   * @param seed the same seed gives the same keys, tokens and faults
   * @param accounts exist at the start, and again after {@link #reset()}; a parent comes before its
   *     children
   * @param order as for {@link #order(String)}: what is set at the start, and again after {@link
   *     #clearFaults()}
   */
  public record Options(
      Config.Listen listen,
      @Nullable Path tls,
      long sessionLifeMs,
      long seed,
      List<SandboxAccount> accounts,
      String order) {
    /** Any free loopback port, an hour, a random seed, no TLS, accounts or faults. */
    public static Options defaults() {
      return new Options(
          new Config.Listen("127.0.0.1", 0),
          null,
          3_600_000,
          new SplittableRandom().nextLong(),
          List.of(),
          "{}");
    }

    public Options {
      accounts = List.copyOf(accounts);
    }

    /** The same with another address. */
    public Options withListen(Config.Listen changed) {
      return new Options(changed, tls, sessionLifeMs, seed, accounts, order);
    }

    /** The same with TLS. */
    public Options withTls(@Nullable Path changed) {
      return new Options(listen, changed, sessionLifeMs, seed, accounts, order);
    }

    /** The same with these accounts. */
    public Options withAccounts(List<SandboxAccount> changed) {
      return new Options(listen, tls, sessionLifeMs, seed, changed, order);
    }

    /** The same with another order. */
    public Options withOrder(String json) {
      return new Options(listen, tls, sessionLifeMs, seed, accounts, json);
    }
  }

  /**
   * Starts the API.
   *
   * @throws IOException if it cannot listen on the address, or the TLS file is wrong
   * @throws IllegalArgumentException if the options' order or accounts are wrong
   */
  public static SandboxApi start(Options options, Time time) throws IOException {
    return new SandboxApi(options, time);
  }

  /** The worker's {@code api.base.url}. */
  public URI url() {
    InetSocketAddress address = server.address();
    String host = address.getHostString();
    String scheme = options.tls() == null ? "http" : "https";
    return URI.create(
        scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
  }

  /** Which keys are active and which calls arrived, to compare results with. */
  public SandboxLedger ledger() {
    return ledger;
  }

  /**
   * Adds an account with its keys. If it exists, changes its password and adds the keys.
   *
   * @throws IllegalArgumentException if its parent does not exist, or a key is not hex or not new
   */
  public void addAccount(SandboxAccount account) {
    store.addAccount(account.name(), account.password(), account.parent());
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
    for (Endpoint endpoint : Endpoint.values()) {
      faults.faults(endpoint, changed);
    }
  }

  /** Sets the faults of one endpoint. */
  public void faults(Endpoint endpoint, Faults changed) {
    faults.faults(endpoint, changed);
  }

  /**
   * Does what a POST of this JSON to {@code /_sandbox/faults} does; {@code bin/revoker sandbox
   * --help} has the fields.
   *
   * @throws IllegalArgumentException naming a field that is unknown or has a wrong value; nothing
   *     has changed then
   */
  public void order(String json) {
    admin.order(json);
  }

  /** Starts an outage, or ends it with {@link Outage#NONE}. It has begun when this returns. */
  public void outage(Outage outage) {
    outage(outage, null);
  }

  /** Refuses all logins of an account with LOGIN_INVALID, or accepts them again. */
  public void refuseLogins(String account, boolean refuse) {
    faults.refuseLogins(account, refuse);
  }

  /** Ends the sessions of an account, or all sessions if it is null. */
  public void expireTokens(@Nullable String account) {
    store.expireSessions(account);
  }

  /** Returns to the start: the options' faults and accounts, no sessions, and no counts. */
  public void reset() {
    clearFaults();
    store.clear();
    ledger.clear();
    options.accounts().forEach(this::addAccount);
  }

  /** Resets all connections and stops listening. */
  @Override
  public void close() {
    server.close();
  }

  /** Returns to the faults of the options, and unlocks all accounts. */
  public void clearFaults() {
    faults.clear();
    store.unlock(null);
    outage(Outage.NONE);
    order(options.order());
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

  private HttpReply.Timed reply(SandboxRequest request) {
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
    return faults.reply(endpoint, request);
  }
}
