namespace NanoLibp2p.Postbox
{
    /// <summary>A request that another assembly makes over a client's stream: what it asks, and what it makes of the reply.</summary>
    public abstract partial class PostboxRequest
    {
        // the item of a deposit, which follows its other fields; null for none
        internal byte[] Item;
        internal int ItemOffset;
        internal int ItemCount;

        internal PostboxRequest()
        {
        }

        /// <summary>Writes the request's fields, but for its item, at <paramref name="at"/>; there is room for 560 bytes.</summary>
        /// <returns>The offset behind them.</returns>
        internal abstract int Write(byte[] buffer, int at);

        /// <summary>A number of the reply that the client itself has no use for.</summary>
        /// <param name="key">Depth, the Reply's field and the field in it: four bits each.</param>
        /// <param name="value">The number; 8 bytes as they lie on the wire, least significant first.</param>
        internal abstract void TakeNumber(int key, ulong value);

        /// <summary>The reply is there, and says that it is done.</summary>
        /// <param name="recordCount">Bytes of a record that came with it, in the block's memory; 0 for none.</param>
        /// <returns>The code that the request ends with.</returns>
        internal abstract int Take(int recordCount);
    }
}
