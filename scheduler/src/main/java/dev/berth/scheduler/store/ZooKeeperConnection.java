package dev.berth.scheduler.store;

import java.time.Duration;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.state.SessionConnectionStateErrorPolicy;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.ACL;

/** Connects to ZooKeeper the way the store and the election need it. */
public final class ZooKeeperConnection {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int RETRY_MILLIS = 500;
  private static final int MAX_ANSWER_BYTES = 16 << 20;

  private ZooKeeperConnection() {}

  /** The client is started; the caller closes it. */
  public static CuratorFramework open(String connect, ZooKeeperSecret secret, Duration session) {
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(connect)
            .zkClientConfig(answers())
            .sessionTimeoutMs((int) session.toMillis())
            .connectionTimeoutMs(CONNECT_MILLIS)
            .retryPolicy(new RetryForever(RETRY_MILLIS))
            .connectionStateErrorPolicy(new SessionConnectionStateErrorPolicy())
            .authorization("digest", secret.digestAuth())
            .aclProvider(new CreatorOnly())
            .build();
    client.start();
    return client;
  }

  /** The list of one directory's znodes must fit: 16 MiB hold some 300,000 names. */
  private static ZKClientConfig answers() {
    var config = new ZKClientConfig();
    config.setProperty(ZKConfig.JUTE_MAXBUFFER, Integer.toString(MAX_ANSWER_BYTES));
    return config;
  }

  private static final class CreatorOnly implements ACLProvider {
    @Override
    public List<ACL> getDefaultAcl() {
      return ZooDefs.Ids.CREATOR_ALL_ACL;
    }

    @Override
    public List<ACL> getAclForPath(String path) {
      return ZooDefs.Ids.CREATOR_ALL_ACL;
    }
  }
}
