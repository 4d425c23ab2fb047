namespace NanoLibp2p.Relay
{
    /// <summary>What an application hears of a <see cref="RelayClient"/>; override what it needs. Called from Node.Poll only.</summary>
    public abstract class RelayEvents
    {
        /// <summary>
        /// The relay holds a reservation: other peers can dial <see cref="RelayClient.Address"/> now. Called at the first and whenever it
        /// was lost in between; not when it is refreshed.
        /// </summary>
        public virtual void OnReserved(RelayClient client)
        {
        }

        /// <summary>A reservation could not be had, or is gone. The client tries again by itself.</summary>
        /// <param name="client">Whose it was.</param>
        /// <param name="status">What the relay answered; <see cref="RelayStatus.None"/> when it could not be reached, or is gone.</param>
        public virtual void OnLost(RelayClient client, RelayStatus status)
        {
        }

        /// <summary>
        /// The date, in seconds since 1970: a reservation ends at a date, and is refreshed when half of its time is over.
        /// </summary>
        /// <returns>0 where the date is not known, as unless overridden: then it is refreshed each RelayOptions.RefreshMs.</returns>
        public virtual long UnixSeconds()
        {
            return 0;
        }
    }
}
