#nullable disable

using NanoLibp2p.Core;

namespace NanoLibp2p.Memory
{
    /// <summary>Lets a node's options print their bill: <c>options.Bill().ToString()</c>.</summary>
    public static class NodeOptionsBill
    {
        /// <summary>The bill of a node of these sizes, without pubsub.</summary>
        public static MemoryBill Bill(this NodeOptions options)
        {
            return MemoryBill.Of(options, null);
        }
    }
}
