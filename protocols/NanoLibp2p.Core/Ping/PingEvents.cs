namespace NanoLibp2p.Core.Ping
{
    /// <summary>Who hears of answers to pings.</summary>
    public abstract class PingEvents
    {
        /// <summary>A ping came back as it was sent. Called the moment its last byte is read, so that a clock can be read here.</summary>
        public abstract void OnPong(Connection connection);

        /// <summary>A ping will not be answered: the peer does not speak the protocol, changed the bytes, or ended the stream or let
        /// NodeOptions.PingTimeoutMs pass.</summary>
        public abstract void OnPingFailed(Connection connection);
    }
}
