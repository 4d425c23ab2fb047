#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core
{
    // What is written outside its connection's own step.
    public sealed partial class Libp2pStream
    {
        partial void TellWork()
        {
            Connection.Wake();
        }
    }
}
#endif
