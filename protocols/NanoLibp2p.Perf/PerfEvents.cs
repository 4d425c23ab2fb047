namespace NanoLibp2p.Perf
{
    /// <summary>Who hears of this node's transfers as a client.</summary>
    public abstract class PerfEvents
    {
        /// <summary>The last uploaded byte was taken by the connection.</summary>
        public virtual void OnUploaded(PerfTransfer transfer)
        {
        }

        /// <summary>A transfer is over.</summary>
        /// <param name="transfer">The transfer; its object serves another one when this returns.</param>
        /// <param name="complete">False when the peer refused, broke off or sent a wrong number of bytes.</param>
        public abstract void OnEnd(PerfTransfer transfer, bool complete);
    }
}
