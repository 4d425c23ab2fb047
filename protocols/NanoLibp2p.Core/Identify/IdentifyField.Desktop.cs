#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Identify
{
    // a device neither sends nor reads it
    public static partial class IdentifyField
    {
        /// <summary>The peer's signed peer record, an envelope (go, js and rust; the spec's text has no number for it).</summary>
        public const int SignedPeerRecord = 8;
    }
}
#endif
